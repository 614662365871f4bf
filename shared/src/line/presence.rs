//! Who counts as present near the front of a line.
//!
//! Instances of admission mark those they see within the front window. Somebody who stood there for a
//! moment, long enough to be marked, and was not seen for as long as a mark lasts, is absent: ADMIT
//! passes over them, and they stand at their own place again once they return.

use crate::ids::TicketId;
use std::{num::NonZeroU32, time::Duration};

/// Marks are set so many times while one lasts.
const MARKS: u32 = 15;
/// Most time between two marks, however long one lasts.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How it is told who is absent from a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Presence {
    /// How long a mark lasts, milliseconds. Whoever has just joined counts as seen for as long.
    pub ttl_ms: NonZeroU32,
    /// The positions of each line within which people are marked.
    pub window: NonZeroU32,
}

/// A ticket that was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PresenceMark {
    /// Whose it is does not matter: whoever has it is there.
    pub ticket_id: TicketId,
    /// For how much longer than a stream it counts: a poll, until the next one is due.
    pub ahead: Duration,
}

impl Presence {
    /// Returns how often an instance marks those it sees: often enough that whoever comes into the
    /// window is marked well within a fifth of [`ttl_ms`](Self::ttl_ms), from when on they may be
    /// missed.
    #[must_use]
    pub fn mark_every(&self) -> Duration {
        (Duration::from_millis(u64::from(self.ttl_ms.get())) / MARKS).min(LONGEST_PAUSE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_comes_into_the_window_is_marked_before_they_may_be_missed() {
        for ttl_ms in [300, 15_000, 600_000] {
            let ttl_ms = NonZeroU32::new(ttl_ms).unwrap();
            let presence = Presence { ttl_ms, window: NonZeroU32::MIN };
            let settles = Duration::from_millis(u64::from(ttl_ms.get())) / 5;
            assert!(presence.mark_every() * 3 <= settles, "{ttl_ms}");
        }
    }
}
