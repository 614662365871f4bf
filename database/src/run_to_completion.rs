//! Work that goes on when its caller stops waiting.

use crate::DatabaseError;
use tracing::Instrument;

/// Runs work on a task of its own, in the current span, and waits for it.
///
/// A future that is dropped between `begin` and `commit` leaves a pooled connection in the middle
/// of a transaction, and one that is dropped between a change and its answer leaves the change
/// unanswered. A task runs to its end even if nobody waits for it any more.
///
/// # Errors
///
/// Returns the work's own error, or [`DatabaseError`] when the runtime shuts down before the work
/// has ended.
///
/// # Panics
///
/// Panics if the work does.
pub async fn run_to_completion<T, E>(
    work: impl Future<Output = Result<T, E>> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<DatabaseError> + Send + 'static,
{
    match tokio::spawn(work.in_current_span()).await {
        Ok(result) => result,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => {
            Err(DatabaseError::new("finish a transaction", sqlx::Error::WorkerCrashed).into())
        }
    }
}
