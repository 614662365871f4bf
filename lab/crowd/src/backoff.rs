//! How long to wait before the next try: full jitter, so that a crowd does not come back as one.

use std::time::Duration;

use rand::Rng;

/// The waits between tries of one thing.
#[derive(Debug, Clone)]
pub(crate) struct Backoff {
    first: Duration,
    most: Duration,
    n_failures: u32,
}

impl Backoff {
    /// Begins with at most `first` and doubles up to `most`.
    pub(crate) fn new(first: Duration, most: Duration) -> Self {
        Self { first, most, n_failures: 0 }
    }

    /// Returns the next wait. What the server asks for is a floor, with jitter on top of it.
    pub(crate) fn next(&mut self, asked: Option<Duration>) -> Duration {
        let cap = self.first.saturating_mul(1 << self.n_failures.min(16)).min(self.most);
        self.n_failures += 1;
        asked.unwrap_or_default() + cap.mul_f64(rand::rng().random::<f64>())
    }

    /// Starts over after a success.
    pub(crate) fn reset(&mut self) {
        self.n_failures = 0;
    }

    /// Returns how often it has failed since the last success.
    pub(crate) fn n_failures(&self) -> u32 {
        self.n_failures
    }
}
