//! Kafka records: versioned, without personal data, readable for ever.
//!
//! A published version never changes. A new need is a new variant, with a sample of it in
//! `shared/tests/wire/`.

mod dead_letter;
mod order_command;
mod order_event;
mod queue_event;

pub use dead_letter::{DeadLetter, DeadLetterV1};
pub use order_command::{OrderCommand, PlaceOrder};
pub use order_event::{OrderChanged, OrderEvent};
pub use queue_event::{
    ChainHash, Configured, EventPoint, JoinedTicket, QueueEvent, QueueEventV1, RoomEvent,
    TicketScore,
};

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
}
