//! What is counted and timed.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use hdrhistogram::Histogram;
use parking_lot::Mutex;

/// Counters of the run and its latencies.
#[derive(Debug)]
pub(crate) struct Measures {
    pub(crate) n_shoppers: u64,
    joined: AtomicU64,
    admitted: AtomicU64,
    bots: AtomicU64,
    bots_admitted: AtomicU64,
    paid: AtomicU64,
    ended: AtomicU64,
    retries: AtomicU64,
    polls: AtomicU64,
    ends: Mutex<BTreeMap<String, u64>>,
    sold_after: Mutex<Vec<Duration>>,
    latencies: Mutex<BTreeMap<&'static str, Histogram<u64>>>,
}

/// The counts at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Shoppers with a ticket.
    pub(crate) joined: u64,
    /// Shoppers who were told of their admission.
    pub(crate) admitted: u64,
    /// Programs among the shoppers.
    pub(crate) bots: u64,
    /// Programs among those who were told of their admission.
    pub(crate) bots_admitted: u64,
    /// Shoppers who saw their order confirmed.
    pub(crate) paid: u64,
    /// Shoppers who came to an end of any kind.
    pub(crate) ended: u64,
    /// Tries that had to be repeated.
    pub(crate) retries: u64,
    /// Times that a ticket was polled.
    pub(crate) polls: u64,
}

impl Measures {
    pub(crate) fn new(n_shoppers: u64) -> Self {
        Self {
            n_shoppers,
            joined: AtomicU64::new(0),
            admitted: AtomicU64::new(0),
            bots: AtomicU64::new(0),
            bots_admitted: AtomicU64::new(0),
            paid: AtomicU64::new(0),
            ended: AtomicU64::new(0),
            retries: AtomicU64::new(0),
            polls: AtomicU64::new(0),
            ends: Mutex::default(),
            sold_after: Mutex::default(),
            latencies: Mutex::default(),
        }
    }

    /// Counts a shopper who arrives.
    pub(crate) fn sent(&self, is_bot: bool) {
        self.bots.fetch_add(is_bot.into(), Ordering::Relaxed);
    }

    /// Counts a shopper who got a ticket.
    pub(crate) fn joined(&self) {
        self.joined.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a shopper who was told of the admission.
    pub(crate) fn admitted(&self, is_bot: bool) {
        self.admitted.fetch_add(1, Ordering::Relaxed);
        self.bots_admitted.fetch_add(is_bot.into(), Ordering::Relaxed);
    }

    /// Counts a try that has to be repeated.
    pub(crate) fn retried(&self) {
        self.retries.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn polled(&self) {
        self.polls.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a shopper for whom it is over, by the stable name of the end; `after` is counted from
    /// the first arrival.
    pub(crate) fn ended(&self, how: &str, after: Duration) {
        if how == "confirmed" {
            self.paid.fetch_add(1, Ordering::Relaxed);
            self.sold_after.lock().push(after);
        }
        self.ended.fetch_add(1, Ordering::Relaxed);
        self.count_end(how);
    }

    /// Counts a further end of somebody for whom it was over before.
    pub(crate) fn ended_again(&self, how: &str) {
        self.count_end(how);
    }

    fn count_end(&self, how: &str) {
        *self.ends.lock().entry(how.to_owned()).or_default() += 1;
    }

    /// Records a latency under its name in the report.
    pub(crate) fn took(&self, what: &'static str, latency: Duration) {
        let us = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX).clamp(1, MOST_US);
        let mut latencies = self.latencies.lock();
        let histogram = latencies.entry(what).or_insert_with(|| {
            Histogram::new_with_bounds(1, MOST_US, 3).expect("the bounds are in order")
        });
        histogram.saturating_record(us);
    }

    pub(crate) fn counts(&self) -> Counts {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            joined: of(&self.joined),
            admitted: of(&self.admitted),
            bots: of(&self.bots),
            bots_admitted: of(&self.bots_admitted),
            paid: of(&self.paid),
            ended: of(&self.ended),
            retries: of(&self.retries),
            polls: of(&self.polls),
        }
    }

    /// Returns how many came to each end.
    pub(crate) fn ends(&self) -> BTreeMap<String, u64> {
        self.ends.lock().clone()
    }

    /// Returns when each order was seen confirmed, in no order.
    pub(crate) fn sold_after(&self) -> Vec<Duration> {
        self.sold_after.lock().clone()
    }

    /// Returns the latencies by name, in microseconds.
    pub(crate) fn latencies(&self) -> BTreeMap<&'static str, Histogram<u64>> {
        self.latencies.lock().clone()
    }
}

/// An hour; nothing in a run takes longer.
const MOST_US: u64 = 3_600_000_000;
