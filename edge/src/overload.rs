//! More than can be served. Requests of one kind that are under way are counted, and who comes while
//! there are as many as may be is refused at once. So those who were taken in do not wait for ever
//! more others, memory has a bound, and a refusal costs next to nothing.
//!
//! What many want at one time, such as one drop, gets half of the places at most: the other half is
//! for those who want something else.

use crate::Problem;
use axum::http::StatusCode;
use parking_lot::{Mutex, MutexGuard};
use std::{
    collections::HashMap,
    hash::{BuildHasher, Hash, RandomState},
    mem,
    num::NonZeroU32,
    sync::Arc,
    time::{Duration, Instant},
};

/// When to try again.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// How often the log says that requests are refused: a line for each would add to the load.
const LOG_EVERY: Duration = Duration::from_secs(10);

/// How many requests of one kind may be under way. Clones share their count.
#[derive(Clone, Debug)]
pub struct LoadLimit(Arc<Places>);

/// A request under way, counted until this is dropped.
#[derive(Debug)]
pub struct UnderWay {
    places: Arc<Places>,
    key: u64,
}

#[derive(Debug)]
struct Places {
    kind: &'static str,
    max: usize,
    seed: RandomState,
    taken: Mutex<TakenPlaces>,
}

#[derive(Debug, Default)]
struct TakenPlaces {
    total: usize,
    /// By what they are for; nothing is kept of those who are gone.
    of: HashMap<u64, usize>,
    refusals: Refusals,
}

/// Requests that were refused since the log last said so.
#[derive(Debug, Default)]
struct Refusals {
    n: u64,
    logged_at: Option<Instant>,
}

impl LoadLimit {
    /// Allows `max` requests under way, of which half, rounded up, may be for the same. `kind` is what
    /// the log calls them.
    #[must_use]
    pub fn of(kind: &'static str, max: NonZeroU32) -> Self {
        let (seed, taken) = (RandomState::new(), Mutex::default());
        Self(Arc::new(Places { kind, max: max.get() as usize, seed, taken }))
    }

    /// Looks whether a request for `key` would find a place now, and takes none: so most of those who
    /// find none are refused before anything is read or verified for them.
    ///
    /// # Errors
    ///
    /// Returns the problem `overloaded`, which says when to try again.
    pub fn check<K: Hash>(&self, key: &K) -> Result<(), Problem> {
        let Self(places) = self;
        let taken = places.taken.lock();
        if taken.has_place(places.seed.hash_one(key), places.max) {
            return Ok(());
        }
        Err(places.refuse(taken))
    }

    /// Counts a request for `key` as under way.
    ///
    /// # Errors
    ///
    /// Returns the problem `overloaded`, which says when to try again.
    pub fn enter<K: Hash>(&self, key: &K) -> Result<UnderWay, Problem> {
        let Self(places) = self;
        let key = places.seed.hash_one(key);
        let mut taken = places.taken.lock();
        if taken.take(key, places.max) {
            return Ok(UnderWay { places: Arc::clone(places), key });
        }
        Err(places.refuse(taken))
    }
}

impl Places {
    /// Counts a refusal, and tells the log now and then.
    fn refuse(&self, mut taken: MutexGuard<'_, TakenPlaces>) -> Problem {
        let n_refused = taken.refusals.add(Instant::now());
        drop(taken);
        if let Some(n_refused) = n_refused {
            let kind = self.kind;
            tracing::warn!(kind, n_refused, "too many {kind} are under way: refused {n_refused}");
        }
        overloaded()
    }
}

impl TakenPlaces {
    fn has_place(&self, key: u64, max: usize) -> bool {
        self.total < max && self.n_alike(key) < max.div_ceil(2)
    }

    fn n_alike(&self, key: u64) -> usize {
        self.of.get(&key).copied().unwrap_or_default()
    }

    /// Takes a place for `key`, of `max` in all. False if there is none for it.
    fn take(&mut self, key: u64, max: usize) -> bool {
        let is_free = self.has_place(key, max);
        if is_free {
            self.total += 1;
            *self.of.entry(key).or_default() += 1;
        }
        is_free
    }

    fn free(&mut self, key: u64) {
        self.total -= 1;
        if let Some(n_alike) = self.of.get_mut(&key) {
            *n_alike -= 1;
            if *n_alike == 0 {
                self.of.remove(&key);
            }
        }
    }
}

impl Refusals {
    /// Counts one; returns how many the log has to tell of, if it is time.
    fn add(&mut self, now: Instant) -> Option<u64> {
        self.n += 1;
        if self.logged_at.is_some_and(|logged_at| now.duration_since(logged_at) < LOG_EVERY) {
            return None;
        }
        self.logged_at = Some(now);
        Some(mem::take(&mut self.n))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.places.taken.lock().free(self.key);
    }
}

fn overloaded() -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "overloaded")
        .detail("More people come at once than can be served. Please try again shortly.")
        .retry_after(RETRY_AFTER)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{http::header, response::IntoResponse};

    fn limit(max: u32) -> LoadLimit {
        LoadLimit::of("requests", NonZeroU32::new(max).unwrap())
    }

    #[test]
    fn who_comes_when_all_places_are_taken_is_told_when_to_come_back() {
        let limit = limit(1);
        let first = limit.enter(&"drop").unwrap();
        let problem = limit.enter(&"drop").unwrap_err();
        assert_eq!(problem.code(), "overloaded");
        let response = problem.into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[header::RETRY_AFTER], "1");
        drop(first);
        assert!(limit.enter(&"drop").is_ok());
        assert!(limit.0.taken.lock().of.is_empty(), "nothing is kept of those who are gone");
    }

    #[test]
    fn a_look_takes_no_place_and_refuses_whoever_would_find_none() {
        let limit = limit(2);
        assert!(limit.check(&"drop").is_ok() && limit.check(&"drop").is_ok());
        let first = limit.enter(&"drop").unwrap();
        let problem = limit.check(&"drop").unwrap_err();
        assert_eq!((problem.code(), problem.pause()), ("overloaded", Some(RETRY_AFTER)));
        assert!(limit.check(&"other").is_ok(), "its half is free");
        drop(first);
        assert!(limit.check(&"drop").is_ok());
    }

    #[test]
    fn what_everybody_wants_leaves_half_of_the_places_to_others() {
        let limit = limit(4);
        let crowd: Vec<_> = (0..9).filter_map(|_| limit.enter(&"crowded").ok()).collect();
        assert_eq!(crowd.len(), 2);
        let calm: Vec<_> = (0..9).filter_map(|_| limit.enter(&"calm").ok()).collect();
        assert_eq!(calm.len(), 2);
        assert!(limit.enter(&"other").is_err(), "all places are taken");
        drop(crowd);
        assert!(limit.enter(&"other").is_ok());
    }

    #[test]
    fn the_log_tells_of_many_refusals_in_one_line() {
        let (mut refusals, start) = (Refusals::default(), Instant::now());
        assert_eq!(refusals.add(start), Some(1));
        for ms in 0..500 {
            assert_eq!(refusals.add(start + Duration::from_millis(ms)), None);
        }
        assert_eq!(refusals.add(start + LOG_EVERY), Some(501));
    }
}
