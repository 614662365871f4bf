//! Transactions that nobody can cut short.

use crate::DatabaseError;

/// Runs work on a task of its own and waits for it.
///
/// A future that is dropped between `begin` and `commit` leaves a connection in the middle of a
/// transaction; a task goes on to its end, whoever has stopped waiting.
pub(crate) async fn uncut<T: Send + 'static>(
    work: impl Future<Output = Result<T, DatabaseError>> + Send + 'static,
) -> Result<T, DatabaseError> {
    match tokio::spawn(work).await {
        Ok(result) => result,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Err(DatabaseError::new("finish a transaction", sqlx::Error::WorkerCrashed)),
    }
}

/// Turns a stored text that no variant has into a failure to decode.
pub(crate) fn parse<T>(text: &str) -> Result<T, DatabaseError>
where
    T: std::str::FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    text.parse().map_err(|error: T::Err| {
        DatabaseError::new("read a stored text", sqlx::Error::Decode(Box::new(error)))
    })
}
