//! Requests of one kind that wait for the next statement.

use super::together::{OneStatement, Together};
use crate::ApiError;
use batch_aint_one::{Batcher, BatchingPolicy, Limits};

/// Requests of one statement, at most.
const MAX_SIZE: usize = 200;
/// Statements of one kind that are under way, at most.
const MAX_UNDER_WAY: usize = 2;
/// Requests that are worth a second statement beside the first; fewer wait until that one ends.
const WORTH_A_SECOND: usize = 50;
/// Requests that may wait. Whoever comes then is sent away, so that nothing piles up.
const MAX_WAITING: usize = 5000;

/// Gathers requests of one kind.
pub(super) struct Gatherer<T: Together>(Batcher<OneStatement<T>>);

impl<T: Together> Gatherer<T> {
    /// Begins to gather, on a task of the runtime that it is called in.
    pub(super) fn new(kind: T) -> Self {
        let limits = Limits::builder()
            .max_batch_size(MAX_SIZE)
            .max_key_concurrency(MAX_UNDER_WAY)
            .max_key_queued_items(MAX_WAITING)
            .build();
        let batcher = Batcher::builder()
            .name(T::NAME)
            .processor(OneStatement(kind))
            .limits(limits)
            .batching_policy(BatchingPolicy::Balanced { min_size_hint: WORTH_A_SECOND })
            .build();
        Self(batcher)
    }

    /// Asks for one, together with whoever asks meanwhile. A statement that is under way goes on
    /// when its callers hang up; who hangs up before is left out.
    ///
    /// # Errors
    ///
    /// Returns [`ApiError::Overloaded`] when too many wait, or why there is no answer.
    pub(super) async fn ask(&self, one: T::One) -> Result<T::Answer, ApiError> {
        Ok(self.0.add((), one).await??)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use database::DatabaseError;
    use futures_util::{StreamExt as _, future::join_all, stream::FuturesUnordered};
    use parking_lot::Mutex;
    use std::sync::Arc;
    use tokio::sync::Semaphore;

    /// Returns numbers as they came, once its gate is open.
    #[derive(Clone)]
    struct Echo {
        gate: Arc<Semaphore>,
        /// How many it was asked for, each time.
        sizes: Arc<Mutex<Vec<usize>>>,
    }

    impl Echo {
        fn shut() -> Self {
            Self { gate: Arc::new(Semaphore::new(0)), sizes: Arc::default() }
        }

        fn open(&self) {
            self.gate.add_permits(MAX_UNDER_WAY);
        }
    }

    impl Together for Echo {
        const NAME: &'static str = "numbers";
        const ONLY_READS: bool = false;
        type One = usize;
        type Answer = usize;

        async fn all(&self, numbers: Vec<usize>) -> Result<Vec<usize>, DatabaseError> {
            self.sizes.lock().push(numbers.len());
            let _permit = self.gate.acquire().await;
            Ok(numbers)
        }
    }

    #[tokio::test]
    async fn what_comes_at_once_goes_together_and_each_gets_its_own() {
        let echo = Echo::shut();
        echo.open();
        let gatherer = Gatherer::new(echo.clone());
        assert_eq!(gatherer.ask(7).await.unwrap(), 7, "one alone waits for nobody");
        assert_eq!(*echo.sizes.lock(), [1]);

        let answers = join_all((0..100).map(|number| gatherer.ask(number))).await;
        let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
        assert_eq!(answers, (0..100).collect::<Vec<_>>());
        let sizes = echo.sizes.lock().clone();
        assert!(sizes.len() <= 4, "{sizes:?}");
        assert_eq!(sizes.iter().sum::<usize>(), 101);
    }

    #[tokio::test]
    async fn who_comes_when_too_many_wait_is_sent_away() {
        let echo = Echo::shut();
        let gatherer = Gatherer::new(echo.clone());
        let n_asking = MAX_WAITING + 2 * MAX_UNDER_WAY * MAX_SIZE;
        let mut asking: FuturesUnordered<_> =
            (0..n_asking).map(|number| gatherer.ask(number)).collect();
        assert!(matches!(asking.next().await, Some(Err(ApiError::Overloaded))));
        assert!(echo.sizes.lock().len() <= MAX_UNDER_WAY);

        echo.open();
        let answers: Vec<_> = asking.collect().await;
        let n_answered = answers.iter().filter(|answer| answer.is_ok()).count();
        assert!(n_answered >= MAX_WAITING, "{n_answered}: those who waited are served");
        assert!(echo.sizes.lock().iter().all(|size| *size <= MAX_SIZE));
    }
}
