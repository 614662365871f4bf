//! How often one may ask. Keys are hashed into a fixed number of cells, so memory is bounded by
//! construction; two keys that meet in one cell share its rate, which the secret seed keeps rare.

use crate::{PeerAddr, Problem};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock, clock::DefaultClock};
use shared::telemetry::CounterName;
use std::{
    hash::{BuildHasher, Hash, RandomState},
    net::IpAddr,
    num::NonZeroU32,
    sync::Arc,
    time::Duration,
};

/// A rate for each key, in bounded memory. Clones share their cells.
#[derive(Clone)]
pub struct KeyedLimiter(Arc<Cells>);

struct Cells {
    limiter: DefaultKeyedRateLimiter<u32>,
    clock: DefaultClock,
    seed: RandomState,
    mask: u32,
}

impl KeyedLimiter {
    /// Cells for accounts: 16 bytes or so each once used.
    pub const SHOPPER_CELLS: u32 = 1 << 18;
    /// Cells for addresses.
    pub const IP_CELLS: u32 = 1 << 16;

    /// Lets `rate` pass per second and key, `burst` of them at once; `cells` is rounded up to a
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

    /// Takes one for this key.
    ///
    /// # Errors
    ///
    /// Returns the problem `rate_limited`, which says when to come back.
    pub fn check<K: Hash>(&self, key: &K) -> Result<(), Problem> {
        let cell = self.0.seed.hash_one(key) as u32 & self.0.mask;
        self.0.limiter.check_key(&cell).map_err(|not_until| {
            CounterName::RateLimited.get().increment(1);
            let wait = not_until.wait_time_from(self.0.clock.now());
            Problem::rate_limited(wait.max(Duration::from_millis(1)))
        })
    }
}

/// What stands for an address: of IPv6 its /64, since one line has that many.
#[must_use]
pub fn ip_key(ip: IpAddr) -> u64 {
    match ip.to_canonical() {
        IpAddr::V4(ip) => u64::from(ip.to_bits()),
        IpAddr::V6(ip) => (ip.to_bits() >> 64) as u64,
    }
}

/// Limits by the address of the connection. Coarse on purpose: whole carrier networks share one.
pub async fn by_ip(State(limiter): State<KeyedLimiter>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<PeerAddr>().copied();
    match peer.map_or(Ok(()), |PeerAddr(peer)| limiter.check(&ip_key(peer.ip()))) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
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
        let problem = limiter.check(&"a").unwrap_err();
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

    #[test]
    fn neighbours_of_one_ipv6_line_share() {
        let ip = |text: &str| ip_key(text.parse().unwrap());
        assert_eq!(ip("2001:db8::1"), ip("2001:db8::2"));
        assert_ne!(ip("2001:db8:0:1::1"), ip("2001:db8::1"));
    }
}
