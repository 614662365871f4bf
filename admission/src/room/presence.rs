//! Who polls near the front of a room, and when the room is told who is there.
//!
//! Those who listen are known to the room's hub. Nothing is done for anybody further back.

use parking_lot::Mutex;
use shared::{
    ids::TicketId,
    line::{Presence, PresenceMark},
};
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

/// Who counts as seen for how long, and when that was last passed on.
#[derive(Debug, Default)]
pub(super) struct FrontPolls {
    /// Until when each is not expected to ask again. They are as many as stand near the front.
    until: Mutex<HashMap<TicketId, Instant>>,
    marked_at: Mutex<Option<Instant>>,
}

/// The last position that is watched: somewhat behind the window, since those who listen there are not
/// looked at each time that one of those ahead leaves.
pub(crate) fn watched_to(presence: Presence) -> u64 {
    let window = u64::from(presence.window.get());
    window + window / 40 + 2
}

impl FrontPolls {
    /// Notes somebody who was told to ask again at this time.
    pub(super) fn note(&self, ticket_id: TicketId, until: Instant) {
        self.until.lock().insert(ticket_id, until);
    }

    /// Returns those who have asked and are not expected yet.
    pub(super) fn marks(&self, now: Instant) -> Vec<PresenceMark> {
        let mut until = self.until.lock();
        until.retain(|_, until| *until > now);
        let mark = |(ticket_id, until): (&TicketId, &Instant)| PresenceMark {
            ticket_id: *ticket_id,
            ahead: until.duration_since(now),
        };
        until.iter().map(mark).collect()
    }

    /// Whether it is time to say who is there; if so, not again before `every` is over.
    pub(super) fn is_due(&self, every: Duration, now: Instant) -> bool {
        let mut marked_at = self.marked_at.lock();
        let is_due = marked_at.is_none_or(|at| now.duration_since(at) >= every);
        if is_due {
            *marked_at = Some(now);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_poll_counts_until_the_next_one_is_due() {
        let (polls, now) = (FrontPolls::default(), Instant::now());
        let [soon, late] = [TicketId::generate(), TicketId::generate()];
        polls.note(soon, now + Duration::from_secs(1));
        polls.note(late, now + Duration::from_secs(9));
        assert_eq!(polls.marks(now).len(), 2);
        let mark = PresenceMark { ticket_id: late, ahead: Duration::from_secs(4) };
        assert_eq!(polls.marks(now + Duration::from_secs(5)), [mark]);
        assert!(polls.marks(now + Duration::from_secs(9)).is_empty());
    }

    #[test]
    fn a_room_is_told_as_often_as_it_wants() {
        let (polls, now, every) = (FrontPolls::default(), Instant::now(), Duration::from_secs(1));
        assert!(polls.is_due(every, now));
        assert!(!polls.is_due(every, now + every / 2));
        assert!(polls.is_due(every, now + every));
    }
}
