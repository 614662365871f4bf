//! One statement for many, and what becomes of them when it fails.

use crate::time_limit::{Silence, in_time};
use batch_aint_one::Processor;
use database::DatabaseError;
use shared::telemetry::with_causes;
use std::sync::Arc;

/// Something that costs about as much for many as for one.
pub(super) trait Together: Clone + Send + Sync + 'static {
    /// What they are, for the log.
    const NAME: &'static str;
    /// Whether it changes nothing, so that a statement that takes too long may be given up.
    const ONLY_READS: bool;
    type One: Clone + Send + 'static;
    type Answer: Send + 'static;

    /// Does all of them, or none. Returns an answer for each, in order.
    fn all(
        &self,
        ones: Vec<Self::One>,
    ) -> impl Future<Output = Result<Vec<Self::Answer>, DatabaseError>> + Send;
}

/// An answer for each, or why there is none; a failure may be that of several.
type Answers<T> = Vec<Result<<T as Together>::Answer, Arc<DatabaseError>>>;

/// Does what was gathered as one statement.
#[derive(Clone)]
pub(super) struct OneStatement<T>(pub(super) T);

impl<T: Together> OneStatement<T> {
    async fn answer(&self, ones: Vec<T::One>) -> Answers<T> {
        let n_ones = ones.len();
        match self.0.all(ones.clone()).await {
            Err(error) if n_ones > 1 && !error.is_transient() => {
                let (error, name) = (with_causes(&error), T::NAME);
                tracing::warn!(error, n_ones, "{n_ones} {name} failed; trying each alone");
                self.each_alone(ones).await
            }
            result => spread(result, n_ones),
        }
    }

    /// Does one after the other, so that the one that is to blame fails alone.
    async fn each_alone(&self, ones: Vec<T::One>) -> Answers<T> {
        let (mut answers, mut ones) = (Vec::with_capacity(ones.len()), ones.into_iter());
        while let Some(one) = ones.next() {
            let result = self.0.all(vec![one]).await;
            // When the database is away, the others would wait for it in vain, each in turn.
            let is_away = result.as_ref().is_err_and(DatabaseError::is_transient);
            let n_lost = if is_away { ones.by_ref().count() } else { 0 };
            answers.extend(spread(result, 1 + n_lost));
        }
        answers
    }
}

/// Gives each its answer, or all of them the failure.
fn spread<A>(
    result: Result<Vec<A>, DatabaseError>,
    n_ones: usize,
) -> Vec<Result<A, Arc<DatabaseError>>> {
    match result {
        Ok(answers) => answers.into_iter().map(Ok).collect(),
        Err(error) => {
            let error = Arc::new(error);
            (0..n_ones).map(|_| Err(Arc::clone(&error))).collect()
        }
    }
}

impl<T: Together> Processor for OneStatement<T> {
    /// All go together.
    type Key = ();
    type Input = T::One;
    type Output = Result<T::Answer, Arc<DatabaseError>>;
    /// Failures are answers; only a read that is given up fails as a whole.
    type Error = Silence;
    /// A statement takes its connection from the pool by itself.
    type Resources = ();

    async fn acquire_resources(&self, (): ()) -> Result<(), Silence> {
        Ok(())
    }

    async fn process(
        &self,
        (): (),
        ones: impl Iterator<Item = T::One> + Send,
        (): (),
    ) -> Result<Answers<T>, Silence> {
        let answers = self.answer(ones.collect());
        if T::ONLY_READS { in_time(answers).await } else { Ok(answers.await) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parking_lot::Mutex;

    const BAD: u32 = 13;
    const AWAY: u32 = 99;

    /// Doubles numbers, but for one that is bad, and one at which the database goes away.
    #[derive(Clone, Default)]
    struct Doubling {
        /// How many it was asked for, each time.
        sizes: Arc<Mutex<Vec<usize>>>,
    }

    impl Together for Doubling {
        const NAME: &'static str = "numbers";
        const ONLY_READS: bool = false;
        type One = u32;
        type Answer = u32;

        async fn all(&self, numbers: Vec<u32>) -> Result<Vec<u32>, DatabaseError> {
            self.sizes.lock().push(numbers.len());
            let failed = |source| Err(DatabaseError::Failed { operation: "double", source });
            if numbers.contains(&BAD) {
                return failed(sqlx::Error::RowNotFound);
            }
            if numbers.contains(&AWAY) {
                return failed(sqlx::Error::PoolTimedOut);
            }
            Ok(numbers.into_iter().map(|number| 2 * number).collect())
        }
    }

    /// The answers, or whether another try may help; and how many were asked for, each time.
    async fn double(numbers: &[u32]) -> (Vec<Result<u32, bool>>, Vec<usize>) {
        let doubling = Doubling::default();
        let answers = OneStatement(doubling.clone()).answer(numbers.to_vec()).await;
        let answers = answers.into_iter().map(|answer| answer.map_err(|e| e.is_transient()));
        let sizes = doubling.sizes.lock().clone();
        (answers.collect(), sizes)
    }

    #[tokio::test]
    async fn who_is_to_blame_fails_alone() {
        let (answers, sizes) = double(&[1, BAD, 3]).await;
        assert_eq!(answers, [Ok(2), Err(false), Ok(6)]);
        assert_eq!(sizes, [3, 1, 1, 1]);
        assert_eq!(double(&[BAD]).await, (vec![Err(false)], vec![1]));
    }

    #[tokio::test]
    async fn a_failure_that_passes_is_everybodys() {
        let (answers, sizes) = double(&[1, AWAY, 3]).await;
        assert_eq!(answers, [Err(true), Err(true), Err(true)]);
        assert_eq!(sizes, [3], "nobody is tried again");
    }

    #[tokio::test]
    async fn a_database_that_goes_away_in_between_is_asked_no_more() {
        let (answers, sizes) = double(&[1, BAD, AWAY, 4, 5]).await;
        assert_eq!(answers, [Ok(2), Err(false), Err(true), Err(true), Err(true)]);
        assert_eq!(sizes, [5, 1, 1, 1]);
    }
}
