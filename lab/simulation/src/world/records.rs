//! What Kafka and Postgres have of a ticket.

use shared::{
    lifecycle::TicketState,
    line::{Epoch, InFlightTicket, JoinedTicket, Settlement},
};

/// A command in `order-commands`, and the epoch that it was admitted in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Produced {
    pub(super) command: InFlightTicket,
    pub(super) epoch: Epoch,
}

/// An order's row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) ticket: JoinedTicket,
    pub(super) state: TicketState,
}

impl Row {
    pub(super) const fn settlement(&self) -> Settlement {
        Settlement::of(self.ticket.key(), self.state)
    }

    pub(super) const fn goes_on(&self) -> bool {
        !self.state.is_terminal()
    }
}
