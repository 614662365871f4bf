//! When a room itself is looked at: a Redis that was restarted or wiped has to be noticed, even if
//! nothing happens in the room.

use crate::app::App;
use queue::QueueError;
use shared::{
    decide::room::{LineRow, RoomStep},
    ids::DropId,
};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// Pause between two looks while somebody waits, or something happens.
const BUSY: Duration = Duration::from_millis(500);
/// The same while nobody waits and nothing happens. What becomes of the servers is seen for all rooms
/// at once; this finds what concerns one room alone, such as a slot that was moved.
const IDLE: Duration = Duration::from_secs(30);

/// Knows when to look at a room again.
#[derive(Debug)]
pub(super) struct Lookout {
    look_at: Instant,
    /// Nobody waited at the last look, and nothing has happened since.
    is_quiet: bool,
}

impl Lookout {
    /// Begins with a room that was looked at just now.
    pub(super) fn new() -> Self {
        Self { look_at: Instant::now() + BUSY, is_quiet: false }
    }

    /// Waits until it is time to look.
    pub(super) async fn is_due(&self) {
        sleep_until(self.look_at).await;
    }

    /// Notes that something happened in the room.
    pub(super) fn note_event(&mut self) {
        if std::mem::take(&mut self.is_quiet) {
            self.look_at = self.look_at.min(Instant::now() + BUSY);
        }
    }

    /// Notes that the server may be another one now.
    pub(super) fn note_reconnect(&mut self) {
        self.look_at = Instant::now();
    }

    /// Looks at the room; returns whether it is still usable. While Redis is away nothing is known.
    pub(super) async fn look(
        &mut self,
        app: &App,
        drop_id: DropId,
        row: LineRow,
    ) -> Result<bool, QueueError> {
        let is_usable = match self.ask(app, drop_id, row).await {
            Err(error) if error.is_unavailable() => true,
            Err(error) if error.is_epoch() => false,
            answer => answer?,
        };
        self.look_at = Instant::now() + if self.is_quiet { IDLE } else { BUSY };
        Ok(is_usable)
    }

    async fn ask(&mut self, app: &App, drop_id: DropId, row: LineRow) -> Result<bool, QueueError> {
        let header = app.queue.room(drop_id).await?;
        // What is usable stays so, whatever the row says of it by now.
        if matches!(RoomStep::of(row, header.as_ref()), RoomStep::Build(_) | RoomStep::GiveUp) {
            return Ok(false);
        }
        if !self.is_quiet {
            let counts = app.queue.counts(drop_id, row.epoch).await?;
            self.is_quiet = counts.waiting == 0 && counts.missed == 0;
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_in_a_quiet_room_brings_the_next_look_forward() {
        let now = Instant::now();
        let mut lookout = Lookout { look_at: now + IDLE, is_quiet: true };
        lookout.note_event();
        let look_at = lookout.look_at;
        assert!(look_at >= now + BUSY && look_at < now + IDLE);
        lookout.note_event();
        assert_eq!(lookout.look_at, look_at, "further events do not put it off");
    }
}
