//! What Postgres decided, on its way back to the line.

use super::TicketKey;
use crate::{
    ids::{ShopperId, VariantId},
    lifecycle::TicketState,
};

/// The stock of a variant as Postgres has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StockFigure {
    /// The variant that is sold.
    pub variant_id: VariantId,
    /// Version of the row; an older one never replaces a newer one.
    pub version: i64,
    /// Units that nobody holds.
    pub available: u32,
    /// Units held for unfinished orders.
    pub reserved: u32,
}

/// A ticket that has an order row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The ticket; its id is also that of the order.
    pub ticket: TicketKey,
    /// What the row says of the ticket.
    pub outcome: SettleOutcome,
}

/// What an order row says of its ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettleOutcome {
    /// Its order is in progress: units are held.
    Held,
    /// Its order ended in this state.
    Ended(TicketState),
}

/// A ticket whose order is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finished {
    /// The ticket; its id is also that of the order.
    pub ticket: TicketKey,
    /// The state in which the order ended.
    pub state: TicketState,
}

/// A shopper whose hold ran out unpaid, and who may not join the same line again for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CoolDown {
    /// The account.
    pub shopper_id: ShopperId,
    /// When it may join again, in microseconds since 1970.
    pub until_us: i64,
}

impl Settlement {
    /// Creates the settlement that follows from an order row's state.
    #[must_use]
    pub const fn of(ticket: TicketKey, state: TicketState) -> Self {
        let outcome =
            if state.is_terminal() { SettleOutcome::Ended(state) } else { SettleOutcome::Held };
        Self { ticket, outcome }
    }

    /// Returns the end of the order, if its row says that it is over.
    #[must_use]
    pub const fn finished(&self) -> Option<Finished> {
        match self.outcome {
            SettleOutcome::Held => None,
            SettleOutcome::Ended(state) => Some(Finished { ticket: self.ticket, state }),
        }
    }
}

impl From<Finished> for Settlement {
    fn from(Finished { ticket, state }: Finished) -> Self {
        Self { ticket, outcome: SettleOutcome::Ended(state) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ids::TicketId,
        line::{Epoch, Score},
    };

    #[test]
    fn what_was_rejected_is_settled_and_finished() {
        let ticket = TicketKey {
            ticket_id: TicketId::generate(),
            shopper_id: ShopperId::generate(),
            score: Score::new(Epoch(1), 1),
        };
        let settlement = Settlement::of(ticket, TicketState::Rejected);
        let finished = Finished { ticket, state: TicketState::Rejected };
        assert_eq!(settlement.finished(), Some(finished));
        assert_eq!(Settlement::of(ticket, TicketState::Reserved).finished(), None);
    }
}
