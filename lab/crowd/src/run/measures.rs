//! What is counted and timed.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use hdrhistogram::Histogram;

/// Counters of the run and its latencies.
#[derive(Debug)]
pub struct Measures {
    /// How many shoppers there are.
    pub n_shoppers: u64,
    joined: AtomicU64,
    admitted: AtomicU64,
    paid: AtomicU64,
    ended: AtomicU64,
    retries: AtomicU64,
    polls: AtomicU64,
    ends: Mutex<BTreeMap<String, u64>>,
    latencies: Mutex<BTreeMap<&'static str, Histogram<u64>>>,
}

/// A count as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Have a ticket.
    pub joined: u64,
    /// Heard that they are let in.
    pub admitted: u64,
    /// Saw their order confirmed.
    pub paid: u64,
    /// Have come to an end of any kind.
    pub ended: u64,
    /// Tries that had to be made again.
    pub retries: u64,
    /// Times that the state was asked for by poll.
    pub polls: u64,
}

impl Measures {
    /// Begins with nothing.
    #[must_use]
    pub fn new(n_shoppers: u64) -> Self {
        Self {
            n_shoppers,
            joined: AtomicU64::new(0),
            admitted: AtomicU64::new(0),
            paid: AtomicU64::new(0),
            ended: AtomicU64::new(0),
            retries: AtomicU64::new(0),
            polls: AtomicU64::new(0),
            ends: Mutex::default(),
            latencies: Mutex::default(),
        }
    }

    /// Someone has a ticket.
    pub fn joined(&self) {
        self.joined.fetch_add(1, Ordering::Relaxed);
    }

    /// Someone is let in.
    pub fn admitted(&self) {
        self.admitted.fetch_add(1, Ordering::Relaxed);
    }

    /// A try has to be made again.
    pub fn retried(&self) {
        self.retries.fetch_add(1, Ordering::Relaxed);
    }

    /// A state is asked for by poll.
    pub fn polled(&self) {
        self.polls.fetch_add(1, Ordering::Relaxed);
    }

    /// It is over for someone, in this way.
    pub fn ended(&self, how: &str) {
        if how == "confirmed" {
            self.paid.fetch_add(1, Ordering::Relaxed);
        }
        self.ended.fetch_add(1, Ordering::Relaxed);
        let mut ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        *ends.entry(how.to_owned()).or_default() += 1;
    }

    /// Something took this long.
    pub fn took(&self, what: &'static str, latency: Duration) {
        let us = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX).clamp(1, MOST_US);
        let mut latencies = self.latencies.lock().unwrap_or_else(PoisonError::into_inner);
        let histogram = latencies.entry(what).or_insert_with(|| {
            Histogram::new_with_bounds(1, MOST_US, 3).expect("the bounds are in order")
        });
        histogram.saturating_record(us);
    }

    /// The counts as they stand.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            joined: of(&self.joined),
            admitted: of(&self.admitted),
            paid: of(&self.paid),
            ended: of(&self.ended),
            retries: of(&self.retries),
            polls: of(&self.polls),
        }
    }

    /// How many ended in which way.
    #[must_use]
    pub fn ends(&self) -> BTreeMap<String, u64> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The latencies by name.
    #[must_use]
    pub fn latencies(&self) -> BTreeMap<&'static str, Histogram<u64>> {
        self.latencies.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// An hour; nothing in a run takes longer.
const MOST_US: u64 = 3_600_000_000;
