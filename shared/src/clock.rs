//! The time, passed in wherever it matters.

use jiff::Timestamp;

/// Tells the time. Services hold a [`SystemClock`], tests a clock they can set.
pub trait Clock: Send + Sync + 'static {
    /// The moment that it is.
    fn now(&self) -> Timestamp;
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
