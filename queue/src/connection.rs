//! The connection that all calls share.

use crate::QueueError;
use redis::{Client, aio::ConnectionManager};
use shared::config::RedisSettings;

/// The line in Redis. A clone is cheap and shares the connection.
#[derive(Clone, Debug)]
pub struct Queue {
    client: Client,
    connection: ConnectionManager,
}

impl Queue {
    /// Prepares the connection; it is made at the first call, and again whenever it breaks.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`] when the address cannot be understood.
    pub async fn connect(settings: &RedisSettings) -> Result<Self, QueueError> {
        todo!()
    }

    /// Checks that the server keeps what it is given: no eviction, append-only file synced every
    /// second.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError::Setting`] with the setting that is wrong.
    pub async fn assert_settings(&self) -> Result<(), QueueError> {
        todo!()
    }

    /// Asks for a sign of life.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`] when there is none.
    pub async fn ping(&self) -> Result<(), QueueError> {
        todo!()
    }
}
