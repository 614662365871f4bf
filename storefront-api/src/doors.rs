//! Which lines give no answer, for sites that let some people in then.
//!
//! A room is looked at once a second at most, and only while somebody is outside such a site. Whoever
//! comes meanwhile goes by what is known.

use database::selling::passes::DoorOutcome;
use parking_lot::Mutex;
use queue::Queue;
use shared::{decide::failure::Outage, ids::DropId, line::RoomState};
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};
use tokio::time::timeout;

/// How often a room is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long a look may take: it has ended before the next one.
const ANSWER_WITHIN: Duration = Duration::from_millis(900);
/// How long nobody asks again at a door that let somebody wait, at most: its policy may change.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// The doors of sites that let people in while their lines give no answer.
pub(crate) struct Doors {
    queue: Queue,
    /// Few: only sites with that policy are asked about.
    doors: Mutex<HashMap<DropId, Door>>,
}

/// What is known of one.
#[derive(Clone, Copy, Debug, Default)]
struct Door {
    outage: Outage,
    asked_at: Option<Instant>,
    /// Until when nobody else may come in, as Postgres said.
    shut_until: Option<Instant>,
}

impl Doors {
    /// Knows nothing yet.
    pub(crate) fn new(queue: &Queue) -> Self {
        Self { queue: queue.clone(), doors: Mutex::default() }
    }

    /// Whether somebody may try to come into a site without its line: that has given no answer for a
    /// while, and nobody was sent away a moment ago.
    pub(crate) async fn is_open(&self, drop_id: DropId) -> bool {
        if self.take_turn(drop_id) {
            let has_answered = self.line_answers(drop_id).await;
            let mut doors = self.doors.lock();
            doors.entry(drop_id).or_default().outage.note(has_answered, Instant::now());
        }
        let (door, now) = (self.known(drop_id), Instant::now());
        door.outage.is_away(now) && door.shut_until.is_none_or(|until| until <= now)
    }

    /// Takes note of what Postgres said to somebody who tried.
    pub(crate) fn note(&self, drop_id: DropId, outcome: DoorOutcome) {
        let pause = match outcome {
            DoorOutcome::Through { .. } => return,
            DoorOutcome::Later { after } => after.min(LONGEST_PAUSE),
            DoorOutcome::Shut => LONGEST_PAUSE,
        };
        let mut doors = self.doors.lock();
        doors.entry(drop_id).or_default().shut_until = Some(Instant::now() + pause);
    }

    fn known(&self, drop_id: DropId) -> Door {
        self.doors.lock().get(&drop_id).copied().unwrap_or_default()
    }

    /// Whether it is for this caller to look at the room.
    fn take_turn(&self, drop_id: DropId) -> bool {
        let (mut doors, now) = (self.doors.lock(), Instant::now());
        let door = doors.entry(drop_id).or_default();
        let is_due = door.asked_at.is_none_or(|at| now.duration_since(at) >= LOOK_EVERY);
        if is_due {
            door.asked_at = Some(now);
        }
        is_due
    }

    /// Looks at a room. One that is being built anew, or was lost, can let nobody in.
    pub(crate) async fn line_answers(&self, drop_id: DropId) -> bool {
        let look = timeout(ANSWER_WITHIN, self.queue.room(drop_id)).await;
        matches!(look, Ok(Ok(Some(room))) if room.trusted && room.state == RoomState::Open)
    }
}
