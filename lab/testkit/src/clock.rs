//! A clock that stands still until a test moves it.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use shared::clock::Clock;

/// A clock that tests set; clones show the same time.
#[derive(Clone, Debug)]
pub struct MockClock(Arc<Mutex<Timestamp>>);

impl MockClock {
    /// Stands at this moment.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(now)))
    }

    /// Moves on.
    pub fn advance(&self, by: SignedDuration) {
        *self.lock() += by;
    }

    /// Moves to a moment, which may be an earlier one.
    pub fn set(&self, now: Timestamp) {
        *self.lock() = now;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Timestamp> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MockClock {
    /// Stands at noon of the first day of 2026, UTC.
    fn default() -> Self {
        Self::at(Timestamp::constant(1_767_268_800, 0))
    }
}

impl Clock for MockClock {
    fn now(&self) -> Timestamp {
        *self.lock()
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
