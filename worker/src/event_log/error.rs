//! Why the log of a drop stands still for a moment.

use crate::kafka_log::KafkaLogError;
use broker::BrokerError;
use database::DatabaseError;
use queue::QueueError;
use shared::line::EventPoint;

/// A failed step. All are tried again; the names say what has to happen first.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Redis has to answer again.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// Postgres has to answer again.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// Kafka has to answer again.
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
    #[error("the drop's row has changed meanwhile")]
    Late,
    /// The room is not there, or not the one that it should be.
    #[error("the room has to be built first")]
    RoomLost,
    /// A score has room for so many epochs only.
    #[error("the drop has used up its epochs")]
    TooManyEpochs,
}

impl From<KafkaLogError> for LogError {
    fn from(error: KafkaLogError) -> Self {
        match error {
            KafkaLogError::Broker(error) => Self::Broker(error),
            KafkaLogError::Database(error) => Self::Database(error),
            KafkaLogError::Replaced => Self::LogReplaced,
        }
    }
}
