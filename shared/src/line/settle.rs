//! What Postgres decided, on its way back to the line.

use super::Score;
use crate::{
    ids::{TicketId, VariantId},
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
    /// Also the id of the order.
    pub ticket_id: TicketId,
    /// Its rank in its lane.
    pub score: Score,
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
    /// Also the id of the order.
    pub ticket_id: TicketId,
    /// Its rank in its lane.
    pub score: Score,
    /// The state in which the order ended.
    pub state: TicketState,
}

impl Settlement {
    /// Creates the settlement that follows from an order row's state.
    #[must_use]
    pub const fn of(ticket_id: TicketId, score: Score, state: TicketState) -> Self {
        let outcome =
            if state.is_terminal() { SettleOutcome::Ended(state) } else { SettleOutcome::Held };
        Self { ticket_id, score, outcome }
    }

    /// Returns the end of the order, if its row says that it is over.
    #[must_use]
    pub const fn finished(&self) -> Option<Finished> {
        match self.outcome {
            SettleOutcome::Held => None,
            SettleOutcome::Ended(state) => {
                Some(Finished { ticket_id: self.ticket_id, score: self.score, state })
            }
        }
    }
}

impl From<Finished> for Settlement {
    fn from(Finished { ticket_id, score, state }: Finished) -> Self {
        Self { ticket_id, score, outcome: SettleOutcome::Ended(state) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::Epoch;

    #[test]
    fn what_was_rejected_is_settled_and_finished() {
        let (ticket_id, score) = (TicketId::generate(), Score::new(Epoch(1), 1));
        let settlement = Settlement::of(ticket_id, score, TicketState::Rejected);
        let finished = Finished { ticket_id, score, state: TicketState::Rejected };
        assert_eq!(settlement.finished(), Some(finished));
        assert_eq!(Settlement::of(ticket_id, score, TicketState::Reserved).finished(), None);
    }
}
