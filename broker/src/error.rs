//! What can go wrong, named by what was being done.

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

/// A failed operation on the log.
#[derive(Debug, thiserror::Error)]
#[error("could not {operation}")]
pub struct BrokerError {
    operation: &'static str,
    source: KafkaError,
}

impl BrokerError {
    /// Names what was being done.
    pub(crate) const fn new(operation: &'static str, source: KafkaError) -> Self {
        Self { operation, source }
    }

    /// The same for `map_err`.
    pub(crate) fn during(operation: &'static str) -> impl FnOnce(KafkaError) -> Self {
        move |source| Self::new(operation, source)
    }

    /// Whether the asked-for offset is not in the log, which was cut short or replaced.
    #[must_use]
    pub fn is_out_of_range(&self) -> bool {
        matches!(
            self.source.rdkafka_error_code(),
            Some(RDKafkaErrorCode::OffsetOutOfRange | RDKafkaErrorCode::AutoOffsetReset)
        )
    }

    /// Whether the broker does not have the topic or the partition: its disk was lost, or they
    /// were not created yet.
    #[must_use]
    pub fn is_unknown_topic(&self) -> bool {
        matches!(
            self.source.rdkafka_error_code(),
            Some(
                RDKafkaErrorCode::UnknownTopicOrPartition
                    | RDKafkaErrorCode::UnknownTopic
                    | RDKafkaErrorCode::UnknownPartition
            )
        )
    }

    /// Whether the broker will never take this record: it is too large or malformed.
    #[must_use]
    pub fn is_about_the_record(&self) -> bool {
        matches!(
            self.source.rdkafka_error_code(),
            Some(
                RDKafkaErrorCode::MessageSizeTooLarge
                    | RDKafkaErrorCode::InvalidMessageSize
                    | RDKafkaErrorCode::InvalidRecord
            )
        )
    }
}
