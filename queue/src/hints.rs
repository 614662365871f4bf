//! Hints: "something happened to this ticket". They may be lost; whoever hears one, or a gap,
//! reads back.

use crate::{Queue, QueueError};
use shared::{
    ids::{DropId, TicketId},
    lifecycle::TicketState,
};

/// What happened to a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// Kafka has its command: it is being let in.
    Admitting,
    /// Postgres has its row: units are held.
    Held,
    /// Its order changed.
    Order(TicketState),
}

/// What a subscription hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HintMessage {
    /// A hint.
    Hint {
        /// The drop.
        drop_id: DropId,
        /// The ticket.
        ticket_id: TicketId,
        /// What happened.
        hint: Hint,
    },
    /// The subscription was made (again): what happened before was not heard.
    Subscribed,
}

/// A subscription to the hints of all drops, on a connection of its own.
#[derive(Debug)]
pub struct HintStream {
    queue: Queue,
}

impl Queue {
    /// Subscribes to the hints of all drops. It connects at its first use.
    #[must_use]
    pub fn hints(&self) -> HintStream {
        todo!()
    }

    /// Publishes hints; used where an order changes without touching the line.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn publish_hints(
        &self,
        drop_id: DropId,
        hints: &[(TicketId, Hint)],
    ) -> Result<(), QueueError> {
        todo!()
    }
}

impl HintStream {
    /// Waits for the next message, reconnecting for as long as it takes. Can be cancelled
    /// without losing a message.
    pub async fn next(&mut self) -> HintMessage {
        todo!()
    }
}
