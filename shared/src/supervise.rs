//! Tasks that go on after a panic.

use std::time::Duration;
use tokio::{task::JoinError, time::sleep};
use tokio_util::sync::CancellationToken;

/// Pause before a task that panicked is started again.
const PAUSE: Duration = Duration::from_secs(1);

/// Ends with the task that `start` starts. One that panicked is handed to `on_panic`, and a second
/// later followed by another, unless `soft` is cancelled by then.
pub async fn supervise<F>(
    soft: CancellationToken,
    start: impl Fn() -> F,
    on_panic: impl Fn(JoinError),
) where
    F: Future<Output = ()> + Send + 'static,
{
    while let Err(error) = tokio::spawn(start()).await {
        on_panic(error);
        if soft.run_until_cancelled(sleep(PAUSE)).await.is_none() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// Supervises a task that panics so many times; returns how often it was started, and how many
    /// panics were told of.
    async fn supervised(n_panics: u32, soft: CancellationToken) -> (u32, u32) {
        let (n_starts, n_told) = (AtomicU32::new(0), AtomicU32::new(0));
        let start = || {
            let is_well = n_starts.fetch_add(1, Ordering::Relaxed) >= n_panics;
            async move { assert!(is_well, "a task that breaks off") }
        };
        let on_panic = |error: JoinError| {
            assert!(error.is_panic(), "{error}");
            n_told.fetch_add(1, Ordering::Relaxed);
        };
        supervise(soft, start, on_panic).await;
        (n_starts.into_inner(), n_told.into_inner())
    }

    #[tokio::test]
    async fn a_task_that_panics_is_started_again_each_time() {
        assert_eq!(supervised(2, CancellationToken::new()).await, (3, 2));
    }

    #[tokio::test]
    async fn a_task_that_ends_is_not_started_again() {
        assert_eq!(supervised(0, CancellationToken::new()).await, (1, 0));
    }

    #[tokio::test]
    async fn a_task_that_panics_while_the_process_stops_is_not_started_again() {
        let soft = CancellationToken::new();
        soft.cancel();
        assert_eq!(supervised(9, soft).await, (1, 1));
    }
}
