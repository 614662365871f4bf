//! How often a caller may ask. Keys are hashed into a fixed number of cells, so memory is bounded
//! by construction; keys that share a cell share its rate, and the secret seed keeps that rare.

use crate::{PeerAddr, Problem};
use axum::http::Extensions;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock, clock::DefaultClock};
use shared::telemetry::CounterName;
use std::{
    hash::{BuildHasher, Hash, RandomState},
    num::NonZeroU32,
    sync::Arc,
    time::Duration,
};

/// A rate per key, in bounded memory. Clones share their cells.
#[derive(Clone)]
pub struct KeyedLimiter(Arc<Cells>);

struct Cells {
    limiter: DefaultKeyedRateLimiter<u32>,
    clock: DefaultClock,
    seed: RandomState,
    mask: u32,
}

impl KeyedLimiter {
    /// Cells for accounts, about 16 bytes each once used.
    pub const SHOPPER_CELLS: u32 = 1 << 18;
    /// Cells for addresses.
    pub const IP_CELLS: u32 = 1 << 16;

    /// Allows each key `rate` requests per second and `burst` at once; `cells` is rounded up to a
    /// power of two.
    #[must_use]
    pub fn per_second(rate: NonZeroU32, burst: NonZeroU32, cells: u32) -> Self {
        let quota = Quota::per_second(rate).allow_burst(burst);
        Self(Arc::new(Cells {
            limiter: RateLimiter::keyed(quota),
            clock: DefaultClock::default(),
            seed: RandomState::new(),
            mask: cells.clamp(1, 1 << 24).next_power_of_two() - 1,
        }))
    }

    /// Counts one request of this key.
    ///
    /// # Errors
    ///
    /// Returns the problem `rate_limited`, which says when to try again.
    pub fn check<K: Hash>(&self, key: &K) -> Result<(), Problem> {
        let cell = self.0.seed.hash_one(key) as u32 & self.0.mask;
        self.0.limiter.check_key(&cell).map_err(|not_until| {
            CounterName::RateLimited.get().increment(1);
            let wait = not_until.wait_time_from(self.0.clock.now());
            Problem::rate_limited(wait.max(Duration::from_millis(1)))
        })
    }

    /// Counts one request of the address that the connection comes from, as in the request's
    /// extensions. Coarse on purpose: whole carrier networks share one.
    ///
    /// # Errors
    ///
    /// Returns the problem `rate_limited`, which says when to try again.
    pub fn check_address(&self, extensions: &Extensions) -> Result<(), Problem> {
        let peer = extensions.get::<PeerAddr>();
        peer.map_or(Ok(()), |peer| self.check(&peer.key()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_runs_out_and_another_does_not() {
        let two = NonZeroU32::new(2).unwrap();
        let limiter = KeyedLimiter::per_second(two, two, 1 << 16);
        assert!(limiter.check(&"a").is_ok() && limiter.check(&"a").is_ok());
        // The third, unless half a second has gone by before it.
        let problem = (0..100).find_map(|_| limiter.check(&"a").err()).unwrap();
        assert_eq!(problem.code(), "rate_limited");
        assert!(limiter.check(&"b").is_ok());
    }

    #[test]
    fn many_keys_take_no_more_cells() {
        let one = NonZeroU32::MIN;
        let limiter = KeyedLimiter::per_second(one, one, 64);
        for key in 0..10_000 {
            let _ = limiter.check(&key);
        }
        assert!(limiter.0.limiter.len() <= 64);
    }
}
