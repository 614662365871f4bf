//! Why the log of a drop stands still for a moment.

use broker::BrokerError;
use database::DatabaseError;
use queue::QueueError;
use shared::messages::EventPoint;

/// A failed step. All are tried again; the names say what has to happen first.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Redis.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// Postgres.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// Kafka.
    #[error(transparent)]
    Broker(#[from] BrokerError),
    /// The log is not the one that the cursor stands in.
    #[error("the log was replaced by another")]
    LogReplaced,
    /// Redis has no event that would follow the last logged one.
    #[error("room events are missing between {last} and {next}")]
    Gap {
        /// The last event that the log has.
        last: EventPoint,
        /// The next that Redis has.
        next: EventPoint,
    },
    /// Another holder of the lock was faster.
    #[error("another instance is at work on this drop")]
    Late,
    /// The room is not there, or not the one that it should be.
    #[error("the room has to be built first")]
    RoomLost,
    /// A drop cannot be rebuilt for ever.
    #[error("the drop has used up its epochs")]
    TooManyEpochs,
}
