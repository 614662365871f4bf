//! Values that are true for a second, each asked for by one caller at a time.

use crate::ApiError;
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    hash::Hash,
    sync::Arc,
    time::{Duration, Instant},
};

/// How old a value may be.
pub(super) const FRESH: Duration = Duration::from_secs(1);
/// How old it may be while somebody asks anew, or when there is no answer.
const STALE: Duration = Duration::from_secs(10);
/// How long a caller may wait for the one who asks.
const PATIENCE: Duration = Duration::from_secs(1);

/// Remembers values for a second. Its size is bounded: what does not fit is asked for each time.
pub(super) struct ShortCache<K, V> {
    slots: Mutex<HashMap<K, Arc<Slot<V>>>>,
    capacity: usize,
}

struct Slot<V> {
    /// Held by the one who asks.
    turn: tokio::sync::Mutex<()>,
    value: Mutex<Option<(Instant, Arc<V>)>>,
}

impl<K: Eq + Hash, V> ShortCache<K, V> {
    /// Makes a cache of this many values, at most.
    pub(super) fn new(capacity: usize) -> Self {
        Self { slots: Mutex::default(), capacity }
    }

    /// Returns the value if it is fresh; otherwise asks for it, unless somebody else does.
    pub(super) async fn get(
        &self,
        key: K,
        question: impl Future<Output = Result<V, ApiError>>,
    ) -> Result<Arc<V>, ApiError> {
        let slot = self.slot(key);
        if let Some(fresh) = slot.younger_than(FRESH) {
            return Ok(fresh);
        }
        let turn = match slot.turn.try_lock() {
            Ok(turn) => Ok(turn),
            Err(_) => {
                if let Some(stale) = slot.younger_than(STALE) {
                    return Ok(stale);
                }
                tokio::time::timeout(PATIENCE, slot.turn.lock()).await
            }
        };
        let _turn = turn.map_err(|_| ApiError::Overloaded)?;
        if let Some(fresh) = slot.younger_than(FRESH) {
            return Ok(fresh);
        }
        match question.await {
            Ok(value) => Ok(slot.keep(value)),
            Err(error) => slot.younger_than(STALE).ok_or(error),
        }
    }

    fn slot(&self, key: K) -> Arc<Slot<V>> {
        let mut slots = self.slots.lock();
        if slots.len() >= self.capacity && !slots.contains_key(&key) {
            slots.retain(|_, slot| slot.younger_than(FRESH).is_some());
            if slots.len() >= self.capacity {
                return Arc::new(Slot::new());
            }
        }
        Arc::clone(slots.entry(key).or_insert_with(|| Arc::new(Slot::new())))
    }
}

impl<V> Slot<V> {
    fn new() -> Self {
        Self { turn: tokio::sync::Mutex::new(()), value: Mutex::new(None) }
    }

    fn younger_than(&self, age: Duration) -> Option<Arc<V>> {
        let value = self.value.lock();
        let (since, value) = value.as_ref()?;
        (since.elapsed() < age).then(|| Arc::clone(value))
    }

    fn keep(&self, value: V) -> Arc<V> {
        let value = Arc::new(value);
        *self.value.lock() = Some((Instant::now(), Arc::clone(&value)));
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test]
    async fn of_many_at_once_one_asks() {
        let (cache, n_asked) = (ShortCache::new(2), AtomicUsize::new(0));
        let ask = || {
            cache.get("drop", async {
                tokio::task::yield_now().await;
                Ok(n_asked.fetch_add(1, Ordering::Relaxed))
            })
        };
        let (one, two, three) = tokio::join!(ask(), ask(), ask());
        assert_eq!([one, two, three].map(|value| *value.unwrap()), [0, 0, 0]);
        assert_eq!(n_asked.into_inner(), 1);
    }

    #[tokio::test]
    async fn what_does_not_fit_is_asked_for_each_time() {
        let cache = ShortCache::new(1);
        let ask = |key, answer| cache.get(key, async move { Ok(answer) });
        for answer in [1, 2] {
            assert_eq!(*ask("first", answer).await.unwrap(), 1);
            assert_eq!(*ask("second", answer).await.unwrap(), answer);
        }
        assert_eq!(cache.slots.lock().len(), 1);
    }

    #[tokio::test]
    async fn a_failure_is_not_remembered() {
        let cache = ShortCache::new(1);
        let failed = cache.get("drop", async { Err::<u8, _>(ApiError::DropNotFound) }).await;
        assert!(matches!(failed, Err(ApiError::DropNotFound)));
        assert_eq!(*cache.get("drop", async { Ok(7) }).await.unwrap(), 7);
    }
}
