//! What one commit has decided.

use super::line_update::LineUpdate;
use database::{
    journal::JournalId,
    ordering::{inventory::DropStock, order_batch::SettledTicket, orders::EndedOrder},
};
use shared::{
    ids::{DropId, TicketId},
    line::{Finished, Settlement},
};
use std::collections::{BTreeMap, BTreeSet};

/// What one commit has decided.
#[derive(Debug, Default)]
pub(super) struct Update {
    pub(super) settled: Vec<SettledTicket>,
    pub(super) ended: Vec<EndedOrder>,
    /// Drops and tickets of orders that are reserved again.
    pub(super) again: Vec<(DropId, TicketId)>,
    pub(super) stock: Vec<DropStock>,
    /// Rows of the journal that are told with it.
    pub(super) journal: Vec<JournalId>,
}

impl Update {
    /// Whether nobody need be told of it.
    pub(super) const fn is_empty(&self) -> bool {
        self.settled.is_empty()
            && self.ended.is_empty()
            && self.again.is_empty()
            && self.stock.is_empty()
            && self.journal.is_empty()
    }

    /// The drops whose lines it changes.
    pub(super) fn drops(&self) -> BTreeSet<DropId> {
        let settled = self.settled.iter().map(|ticket| ticket.drop_id);
        let ended = self.ended.iter().map(|order| order.drop_id);
        let stock = self.stock.iter().map(|stock| stock.drop_id);
        settled.chain(ended).chain(stock).collect()
    }
}

/// Sorts what was decided by the lines that it changes.
pub(super) fn by_drop(updates: impl IntoIterator<Item = Update>) -> BTreeMap<DropId, LineUpdate> {
    let mut lines = BTreeMap::<DropId, LineUpdate>::new();
    for Update { settled, ended, again, stock, .. } in updates {
        for SettledTicket { drop_id, ticket, state } in settled {
            let line = lines.entry(drop_id).or_default();
            line.settlements.push(Settlement::of(ticket, state));
        }
        for EndedOrder { drop_id, ticket, state, at } in ended {
            lines.entry(drop_id).or_default().note_end(Finished { ticket, state }, at);
        }
        for (drop_id, ticket_id) in again {
            lines.entry(drop_id).or_default().again.push(ticket_id);
        }
        for DropStock { drop_id, figure } in stock {
            lines.entry(drop_id).or_default().note_stock(figure);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use shared::{
        ids::{ShopperId, VariantId},
        lifecycle::TicketState,
        line::{Epoch, Score, StockFigure, TicketKey},
    };

    fn ticket() -> TicketKey {
        TicketKey {
            ticket_id: TicketId::generate(),
            shopper_id: ShopperId::generate(),
            score: Score::new(Epoch(1), 1),
        }
    }

    #[test]
    fn the_newest_stock_of_a_drop_is_told() {
        let (drop_id, variant_id) = (DropId::generate(), VariantId::generate());
        let update = |version| {
            let figure = StockFigure { variant_id, version, available: 1, reserved: 0 };
            Update { stock: vec![DropStock { drop_id, figure }], ..Update::default() }
        };
        let lines = by_drop([update(3), update(5), update(4)]);
        assert_eq!(lines[&drop_id].stock[&variant_id].version, 5);
    }

    #[test]
    fn what_was_rejected_is_settled_and_finished() {
        let settled = SettledTicket {
            drop_id: DropId::generate(),
            ticket: ticket(),
            state: TicketState::Rejected,
        };
        let update = Update { settled: vec![settled], ..Update::default() };
        let lines = by_drop([update]);
        let finished = lines[&settled.drop_id].settlements[0].finished().unwrap();
        assert_eq!((finished.ticket, finished.state), (settled.ticket, settled.state));
    }

    #[test]
    fn ends_are_told_by_drop() {
        let end = || EndedOrder {
            drop_id: DropId::generate(),
            ticket: ticket(),
            state: TicketState::Expired,
            at: Timestamp::UNIX_EPOCH,
        };
        let update = Update { ended: vec![end(), end()], ..Update::default() };
        assert_eq!(by_drop([update]).len(), 2);
    }

    #[test]
    fn only_whose_hold_ran_out_has_to_cool_down() {
        let drop_id = DropId::generate();
        let end =
            |state| EndedOrder { drop_id, ticket: ticket(), state, at: Timestamp::UNIX_EPOCH };
        let ended = vec![end(TicketState::Cancelled), end(TicketState::Expired)];
        let ran_out = ended[1].ticket.shopper_id;
        let lines = by_drop([Update { ended, ..Update::default() }]);
        assert_eq!(lines[&drop_id].ran_out, [(ran_out, Timestamp::UNIX_EPOCH)]);
        assert_eq!(lines[&drop_id].finished.len(), 2);
    }

    #[test]
    fn a_card_that_was_declined_is_told_and_changes_nothing_in_line() {
        let (drop_id, ticket_id) = (DropId::generate(), TicketId::generate());
        let update = Update { again: vec![(drop_id, ticket_id)], ..Update::default() };
        assert!(!update.is_empty());
        let lines = by_drop([update]);
        let line = &lines[&drop_id];
        assert_eq!(line.again, [ticket_id]);
        assert!(line.settlements.is_empty() && line.finished.is_empty() && line.stock.is_empty());
    }
}
