//! Whether a visit goes on. Its token says until when it counts at most; that it was given back or taken
//! back before, Sluice alone knows, and is asked so often.

use crate::sluice::SluiceClient;
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};
use uuid::Uuid;

/// Visits that are remembered. More are asked about at each request.
const MAX_REMEMBERED: usize = 100_000;

/// When Sluice said of which visits that they go on.
pub(crate) struct Recheck {
    every: Option<Duration>,
    told: Mutex<HashMap<Uuid, Instant>>,
}

impl Recheck {
    /// Asks again after this time, or never.
    pub(crate) fn every(every: Option<Duration>) -> Self {
        Self { every, told: Mutex::default() }
    }

    /// Whether the visit with this ticket and cookie goes on.
    pub(crate) async fn goes_on(&self, sluice: &SluiceClient, id: Uuid, cookie: &str) -> bool {
        let Some(every) = self.every else { return true };
        if self.was_told(id, every) {
            return true;
        }
        let goes_on = sluice.is_inside(cookie).await.unwrap_or_else(|error| {
            // Those inside stay when there is nobody to ask: their token says until when.
            tracing::warn!(%error, "could not ask whether a visit goes on");
            true
        });
        if goes_on {
            self.remember(id, every);
        }
        goes_on
    }

    /// Asks about this visit at its next request, whatever was told.
    pub(crate) fn forget(&self, id: Uuid) {
        self.told.lock().remove(&id);
    }

    fn was_told(&self, id: Uuid, every: Duration) -> bool {
        self.told.lock().get(&id).is_some_and(|at| at.elapsed() < every)
    }

    fn remember(&self, id: Uuid, every: Duration) {
        let mut told = self.told.lock();
        if told.len() >= MAX_REMEMBERED {
            told.retain(|_, at| at.elapsed() < every);
        }
        if told.len() < MAX_REMEMBERED {
            told.insert(id, Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_counts_for_its_time_and_no_more_is_kept_than_there_is_room_for() {
        let (long, id) = (Duration::from_secs(60), Uuid::from_u128(0));
        let recheck = Recheck::every(Some(long));
        recheck.remember(id, long);
        assert!(recheck.was_told(id, long) && !recheck.was_told(id, Duration::ZERO));
        recheck.forget(id);
        assert!(!recheck.was_told(id, long));
        for id in 0..=MAX_REMEMBERED as u128 {
            recheck.remember(Uuid::from_u128(id), long);
        }
        assert_eq!(recheck.told.lock().len(), MAX_REMEMBERED);
        recheck.remember(id, Duration::ZERO);
        assert_eq!(recheck.told.lock().len(), 1, "the old ones make room");
    }
}
