//! Why a log cannot be read or written on.

use broker::BrokerError;
use database::DatabaseError;

/// A failed look at a log; the next one goes on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KafkaLogError {
    #[error(transparent)]
    Broker(#[from] BrokerError),
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// Its generation was raised just now; the next look finds the new one.
    #[error("the log was replaced by another")]
    Replaced,
}
