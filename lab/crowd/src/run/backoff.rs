//! How long to wait before the next try: full jitter, so that a crowd does not come back at once.

use std::time::Duration;

use rand::Rng;

/// The waits of one thing that is tried again and again.
#[derive(Debug, Clone)]
pub struct Backoff {
    first: Duration,
    most: Duration,
    n_failures: u32,
}

impl Backoff {
    /// Begins with at most `first` and doubles up to `most`.
    #[must_use]
    pub fn new(first: Duration, most: Duration) -> Self {
        Self { first, most, n_failures: 0 }
    }

    /// The next wait. What the server asks for is a floor, with jitter on top of it.
    pub fn next(&mut self, asked: Option<Duration>) -> Duration {
        let cap = self.first.saturating_mul(1 << self.n_failures.min(16)).min(self.most);
        self.n_failures += 1;
        asked.unwrap_or_default() + cap.mul_f64(rand::rng().random::<f64>())
    }

    /// Begins anew after a success.
    pub fn reset(&mut self) {
        self.n_failures = 0;
    }

    /// How often it has failed since the last success.
    #[must_use]
    pub fn n_failures(&self) -> u32 {
        self.n_failures
    }
}
