//! When a room is looked at: one that nobody asks about, waits in or listens to is left alone. Pure: no
//! I/O, the time is passed in.
//!
//! Its events are followed all the same, and who asks about it has it looked at first.

use std::time::{Duration, Instant};

/// How long a room counts as in use behind a question.
const IN_USE: Duration = Duration::from_secs(10);
/// Pause between two looks at a room at rest.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// When somebody last asked about a room, and when it was last looked at.
#[derive(Debug)]
pub(super) struct Rest {
    asked_at: Instant,
    looked_at: Instant,
}

impl Rest {
    /// Begins with a room that somebody asks about.
    pub(super) const fn new(now: Instant) -> Self {
        Self { asked_at: now, looked_at: now }
    }

    /// Notes a question. Returns whether it is the first in a while, so that what is known of the room
    /// may be old.
    pub(super) fn note_question(&mut self, now: Instant) -> bool {
        let asked_before = std::mem::replace(&mut self.asked_at, now);
        now.duration_since(asked_before) > IN_USE
    }

    /// Whether the room is looked at now. `is_quiet` says that nobody waits in it or listens.
    pub(super) fn is_due(&mut self, is_quiet: bool, now: Instant) -> bool {
        let is_at_rest = is_quiet && now.duration_since(self.asked_at) > IN_USE;
        if is_at_rest && now.duration_since(self.looked_at) < LOOK_EVERY {
            return false;
        }
        self.looked_at = now;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_at_rest_is_seldom_looked_at() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut rest = Rest::new(start);
        assert!(rest.is_due(true, at(10)), "somebody asked lately");
        assert!(!rest.is_due(true, at(11)) && !rest.is_due(true, at(39)));
        assert!(rest.is_due(true, at(40)) && !rest.is_due(true, at(41)));
        assert!(rest.is_due(false, at(42)), "somebody waits");
    }

    #[test]
    fn the_first_who_asks_has_it_looked_at_and_no_other() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut rest = Rest::new(start);
        assert!(!rest.note_question(at(5)));
        assert!(rest.note_question(at(16)));
        assert!(!rest.note_question(at(16)));
        assert!(rest.is_due(true, at(20)), "it is in use again");
    }
}
