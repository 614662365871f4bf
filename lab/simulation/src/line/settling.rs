//! What Postgres decided, brought back to the line.

use super::{LineModel, LineReply, ModelEnd, ModelState, ModelTicket};
use shared::line::{SettleOutcome, Settlement, StockFigure, TicketKey};

impl LineModel {
    pub(super) fn settle(
        &mut self,
        stock: &[StockFigure],
        settlements: &[Settlement],
    ) -> LineReply {
        for figure in stock {
            let known = self.stock.get(&figure.variant_id);
            if known.is_none_or(|known| known.version < figure.version) {
                self.stock.insert(figure.variant_id, *figure);
            }
        }
        for Settlement { ticket, outcome } in settlements {
            match outcome {
                SettleOutcome::Held => self.hold(*ticket),
                SettleOutcome::Ended(_) => self.finish(*ticket, ModelEnd::Ordered),
            }
        }
        LineReply::Done
    }

    /// Takes a ticket out of line, since its units are held. An order that is over stays over; any
    /// other end yields to a row.
    fn hold(&mut self, key: TicketKey) {
        if self.over.get(&key.score) == Some(&ModelEnd::Ordered) {
            return;
        }
        self.over.remove(&key.score);
        self.why.remove(&key.ticket_id);
        let held = ModelTicket { key, joined: None, state: ModelState::Held };
        self.tickets.entry(key.ticket_id).or_insert(held).state = ModelState::Held;
    }
}
