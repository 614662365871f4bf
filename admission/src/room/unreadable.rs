//! What a room knows of its events that cannot be read: of a kind that a newer release writes, or
//! damaged. Each costs the room a snapshot, taken behind it. Pure: no I/O, the time is passed in.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

/// Least time between two snapshots that such events call for: a newer release may write many.
const PAUSE: Duration = Duration::from_secs(1);
/// Kinds of a room that are told of; a damaged kind may be anything.
const MAX_KINDS: usize = 16;

/// The kinds that were told of, and when the next snapshot may be taken.
#[derive(Debug)]
pub(super) struct UnreadableEvents {
    kinds: HashSet<String>,
    snapshot_at: Instant,
}

impl UnreadableEvents {
    /// Knows of none; the room's first snapshot is taken `now`.
    pub(super) fn new(now: Instant) -> Self {
        Self { kinds: HashSet::new(), snapshot_at: now }
    }

    /// Notes an event of this kind. Returns whether to tell of it: once for each kind.
    pub(super) fn note(&mut self, kind: &str, now: Instant) -> bool {
        // One that is still to be taken will stand behind this event, too.
        if self.snapshot_at <= now {
            self.snapshot_at = now.max(self.snapshot_at + PAUSE);
        }
        self.kinds.len() < MAX_KINDS && self.kinds.insert(kind.to_owned())
    }

    /// When the next snapshot may be taken.
    pub(super) const fn snapshot_at(&self) -> Instant {
        self.snapshot_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snapshots_are_a_second_apart_however_many_events_cannot_be_read() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut events = UnreadableEvents::new(start);
        // After a quiet time, at once.
        events.note("Z", at(5000));
        assert_eq!(events.snapshot_at(), at(5000));
        for ms in [5010, 5300, 5999] {
            events.note("Z", at(ms));
            assert_eq!(events.snapshot_at(), at(6000));
        }
        events.note("Z", at(6001));
        assert_eq!(events.snapshot_at(), at(7000));
    }

    #[test]
    fn each_kind_is_told_of_once_and_a_few_kinds_only() {
        let now = Instant::now();
        let mut events = UnreadableEvents::new(now);
        assert!(events.note("Z", now));
        assert!(!events.note("Z", now));
        let n_told = (0..100).filter(|n| events.note(&format!("Z{n}"), now)).count();
        assert_eq!(n_told + 1, MAX_KINDS);
    }
}
