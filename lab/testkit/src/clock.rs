//! A clock that stands still until a test moves it, and one that goes wrong.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use shared::clock::{Clock, SystemClock};

/// A clock that tests set; clones show the same time.
#[derive(Clone, Debug)]
pub struct MockClock(Arc<Mutex<Timestamp>>);

impl MockClock {
    /// Starts at this moment.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(now)))
    }

    /// Moves forward.
    pub fn advance(&self, by: SignedDuration) {
        *self.0.lock() += by;
    }

    /// Moves to a moment, which may be an earlier one.
    pub fn set(&self, now: Timestamp) {
        *self.0.lock() = now;
    }
}

/// The machine's clock as it would go if it were so far ahead of the right time.
#[derive(Clone, Copy, Debug)]
pub struct WrongClock(pub SignedDuration);

impl Clock for WrongClock {
    fn now(&self) -> Timestamp {
        SystemClock.now() + self.0
    }
}

impl Default for MockClock {
    /// Starts at noon of the first day of 2026, UTC.
    fn default() -> Self {
        Self::at(Timestamp::constant(1_767_268_800, 0))
    }
}

impl Clock for MockClock {
    fn now(&self) -> Timestamp {
        *self.0.lock()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_move_together() {
        let clock = MockClock::default();
        let other = clock.clone();
        assert_eq!(clock.now().to_string(), "2026-01-01T12:00:00Z");
        clock.advance(SignedDuration::from_secs(90));
        assert_eq!(other.now().to_string(), "2026-01-01T12:01:30Z");
    }
}
