//! Kafka records: versioned, without personal data, readable for ever.
//!
//! A published version never changes. A new need becomes a new variant, with a sample in
//! `shared/tests/wire/`.

mod dead_letter;
mod order_command;
mod order_event;
mod queue_event;

pub use dead_letter::{DeadLetter, DeadLetterV1};
pub use order_command::{OrderCommand, PlaceOrder};
pub use order_event::{OrderChanged, OrderEvent, order_event_id};
pub use queue_event::{QueueEvent, QueueEventV1};

/// Names of the topics, before the configured prefix.
pub mod topics {
    /// What happened in each line, one hash chain per drop.
    pub const QUEUE_EVENTS: &str = "queue-events";
    /// Orders to be placed, in the order of admission.
    pub const ORDER_COMMANDS: &str = "order-commands";
    /// What became of each order.
    pub const ORDER_EVENTS: &str = "order-events";
    /// Records that could not be understood.
    pub const DEAD_LETTERS: &str = "dead-letters";

    /// Returns all topics under a prefix, each with its number of partitions: `partitions` for those
    /// where each open drop has one of its own.
    #[must_use]
    pub fn all(prefix: &str, partitions: u16) -> [(String, i32); 4] {
        let partitions = i32::from(partitions);
        [
            (QUEUE_EVENTS, partitions),
            (ORDER_COMMANDS, partitions),
            (ORDER_EVENTS, 4),
            (DEAD_LETTERS, 1),
        ]
        .map(|(name, partitions)| (format!("{prefix}{name}"), partitions))
    }
}
