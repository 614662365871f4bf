//! Whose an API key is, or a console's session, without letting made-up ones reach Postgres at every
//! request.
//!
//! A good key is looked up each time, so that one that is revoked is refused at once. A key that is
//! nobody's is remembered for a moment, and an address that brings ever new ones has to wait.

use crate::ApiError;
use database::DatabaseError;
use edge::{KeyedLimiter, PeerAddr};
use parking_lot::Mutex;
use shared::credentials::ApiKeyHash;
use std::{
    collections::{HashMap, HashSet},
    num::NonZeroU32,
    time::{Duration, Instant},
};

/// How long a key that is nobody's is not looked up again.
const NOBODYS: Duration = Duration::from_secs(10);
/// Keys that are remembered of each sort; beyond that, all are forgotten.
const N_KEYS: usize = 4096;
/// Keys not known to be good that one address may have looked up per second: 20.
const GUESSES_PER_SECOND: NonZeroU32 = NonZeroU32::MIN.saturating_add(19);

/// Looks up keys of one kind.
pub(crate) struct KeyLookup {
    /// Since when these keys are known to be nobody's.
    nobodys: Mutex<HashMap<ApiKeyHash, Instant>>,
    /// Keys that were good when they were last looked up.
    good: Mutex<HashSet<ApiKeyHash>>,
    guesses: KeyedLimiter,
}

impl KeyLookup {
    /// Begins with no key known.
    pub(crate) fn new() -> Self {
        let cells = KeyedLimiter::IP_CELLS;
        Self {
            nobodys: Mutex::default(),
            good: Mutex::default(),
            guesses: KeyedLimiter::per_second(GUESSES_PER_SECOND, GUESSES_PER_SECOND, cells),
        }
    }

    /// Finds whose a key is that came from this address, by asking Postgres for it; `None` if it is
    /// nobody's.
    pub(crate) async fn find<T>(
        &self,
        hash: ApiKeyHash,
        peer: Option<PeerAddr>,
        asking: impl Future<Output = Result<Option<T>, DatabaseError>>,
    ) -> Result<Option<T>, ApiError> {
        if self.is_nobodys(&hash) {
            return Ok(None);
        }
        if !self.good.lock().contains(&hash) {
            self.guesses.check(&peer.map(PeerAddr::key))?;
        }
        let found = asking.await?;
        self.remember(hash, found.is_some());
        Ok(found)
    }

    fn is_nobodys(&self, hash: &ApiKeyHash) -> bool {
        self.nobodys.lock().get(hash).is_some_and(|since| since.elapsed() < NOBODYS)
    }

    fn remember(&self, hash: ApiKeyHash, is_good: bool) {
        let (mut good, mut nobodys) = (self.good.lock(), self.nobodys.lock());
        if is_good {
            if good.len() >= N_KEYS {
                good.clear();
            }
            good.insert(hash);
            return;
        }
        good.remove(&hash);
        if nobodys.len() >= N_KEYS {
            nobodys.clear();
        }
        nobodys.insert(hash, Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_and_a_revoked_key_is_nobodys() {
        let lookup = KeyLookup::new();
        let hash = |n: usize| {
            let mut hash = [0; 32];
            hash[..8].copy_from_slice(&n.to_be_bytes());
            hash
        };
        for n in 0..3 * N_KEYS {
            lookup.remember(hash(n), n % 2 == 0);
        }
        assert!(lookup.good.lock().len() <= N_KEYS && lookup.nobodys.lock().len() <= N_KEYS);
        lookup.remember(hash(0), true);
        assert!(!lookup.is_nobodys(&hash(0)));
        lookup.remember(hash(0), false);
        assert!(lookup.is_nobodys(&hash(0)) && !lookup.good.lock().contains(&hash(0)));
    }
}
