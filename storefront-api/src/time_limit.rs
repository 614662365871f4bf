//! How long a read may wait for Postgres.
//!
//! A connection whose other end has vanished answers nothing, not even that it is broken. So whoever
//! only reads is sent away after a while, to come back. What changes something is not given up: nobody
//! would know whether it was done.

use std::time::Duration;
use tokio::time::timeout;

/// How long a read may take, with its wait for a connection.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);

/// Postgres has not answered in time.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("Postgres has not answered in time")]
pub(crate) struct Silence;

/// Waits for what is read from Postgres, two seconds at most.
///
/// # Errors
///
/// Returns [`Silence`] when there is no answer by then; the read is given up.
pub(crate) async fn in_time<T>(read: impl Future<Output = T>) -> Result<T, Silence> {
    timeout(ANSWER_WITHIN, read).await.map_err(|_| Silence)
}
