//! A bounded queue of updates, worked off beside the work that decided them.
//!
//! What does not fit, or fails, is left to the reconciler.

use super::line_update::LineUpdate;
use crate::{app::App, causes::with_causes};
use database::{
    journal::{self, Consumer, JournalId},
    ordering::{
        holds::Outcome,
        inventory::DropStock,
        order_batch::{BatchDone, SettledTicket},
        orders::EndedOrder,
    },
};
use shared::{
    ids::{DropId, TicketId},
    line::{Finished, Settlement},
    shutdown::Shutdown,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
};
use tokio::sync::mpsc;

/// Updates that wait, at most.
const WAITING: usize = 256;
/// Updates that are sent together, at most.
const TOGETHER: usize = 64;

/// Takes updates for the lines of any drops; clones feed the same task.
#[derive(Clone, Debug)]
pub(crate) struct LineUpdater(mpsc::Sender<Update>);

/// What one commit has decided.
#[derive(Debug, Default)]
struct Update {
    settled: Vec<SettledTicket>,
    ended: Vec<EndedOrder>,
    /// Drops and tickets of orders that are reserved again.
    again: Vec<(DropId, TicketId)>,
    stock: Vec<DropStock>,
    /// Rows of the journal that are told with it.
    journal: Vec<JournalId>,
}

impl LineUpdater {
    /// Starts the task that sends updates. It ends when every clone of this is gone.
    pub(crate) fn start(app: &App, shutdown: &Shutdown) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        shutdown.spawn(run(app.clone(), receiver));
        Self(sender)
    }

    /// Reports tickets that have order rows now.
    pub(crate) fn settled(&self, done: &BatchDone) {
        self.queue(Update {
            settled: done.settled.clone(),
            stock: done.stock.clone(),
            journal: done.journal.clone(),
            ..Update::default()
        });
    }

    /// Reports orders that have ended, or wait for another card.
    pub(crate) fn ended(&self, outcome: Outcome) {
        let Outcome { ended, again, stock, journal } = outcome;
        self.queue(Update { settled: Vec::new(), ended, again, stock, journal });
    }

    fn queue(&self, update: Update) {
        if !update.is_empty() && self.0.try_send(update).is_err() {
            tracing::debug!("update queue full; leaving it to the reconciler");
        }
    }
}

impl Update {
    const fn is_empty(&self) -> bool {
        self.settled.is_empty()
            && self.ended.is_empty()
            && self.again.is_empty()
            && self.stock.is_empty()
            && self.journal.is_empty()
    }

    /// The drops whose lines it changes.
    fn drops(&self) -> BTreeSet<DropId> {
        let settled = self.settled.iter().map(|ticket| ticket.drop_id);
        let ended = self.ended.iter().map(|order| order.drop_id);
        let stock = self.stock.iter().map(|stock| stock.drop_id);
        settled.chain(ended).chain(stock).collect()
    }
}

async fn run(app: App, mut receiver: mpsc::Receiver<Update>) {
    let mut updates = Vec::new();
    while receiver.recv_many(&mut updates, TOGETHER).await > 0 {
        let rows: Vec<_> = updates
            .iter_mut()
            .map(|update| (update.drops(), mem::take(&mut update.journal)))
            .collect();
        let untold = tell(&app, by_drop(updates.drain(..))).await;
        let told = rows.into_iter().filter(|(drops, _)| drops.is_disjoint(&untold));
        let told: Vec<JournalId> = told.flat_map(|(_, rows)| rows).collect();
        if let Err(error) = journal::acknowledge(&app.pool, Consumer::Line, &told).await {
            let error = with_causes(error);
            tracing::debug!(error, "could not note what lines were told; they are told again");
        }
    }
}

/// Returns the drops whose lines could not be told.
async fn tell(app: &App, lines: BTreeMap<DropId, LineUpdate>) -> BTreeSet<DropId> {
    let mut untold = BTreeSet::new();
    for (drop_id, update) in lines {
        // Whether a drop that is not known has no line any more, the reconciler finds out.
        let told = match app.drops.find(drop_id) {
            Some(flash_drop) => update.send(app, &flash_drop).await,
            None => Err(anyhow::anyhow!("it is not known")),
        };
        if let Err(error) = told {
            let error = with_causes(error);
            tracing::debug!(
                drop.id = %drop_id, error,
                "could not update the line of drop {drop_id}; leaving it to the reconciler"
            );
            untold.insert(drop_id);
        }
    }
    untold
}

fn by_drop(updates: impl Iterator<Item = Update>) -> BTreeMap<DropId, LineUpdate> {
    let mut lines = BTreeMap::<DropId, LineUpdate>::new();
    for Update { settled, ended, again, stock, .. } in updates {
        for SettledTicket { ticket_id, drop_id, score, state } in settled {
            let line = lines.entry(drop_id).or_default();
            line.settlements.push(Settlement::of(ticket_id, score, state));
        }
        for EndedOrder { ticket_id, drop_id, score, state, .. } in ended {
            let line = lines.entry(drop_id).or_default();
            line.finished.push(Finished { ticket_id, score, state });
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
    use shared::{
        ids::{ShopperId, VariantId},
        lifecycle::TicketState,
        line::{Epoch, Lane, Score, StockFigure},
    };

    #[test]
    fn the_newest_stock_of_a_drop_is_told() {
        let (drop_id, variant_id) = (DropId::generate(), VariantId::generate());
        let update = |version| {
            let figure = StockFigure { variant_id, version, available: 1, reserved: 0 };
            Update { stock: vec![DropStock { drop_id, figure }], ..Update::default() }
        };
        let lines = by_drop([update(3), update(5), update(4)].into_iter());
        assert_eq!(lines[&drop_id].stock[&variant_id].version, 5);
    }

    #[test]
    fn what_was_rejected_is_settled_and_finished() {
        let ticket = SettledTicket {
            ticket_id: TicketId::generate(),
            drop_id: DropId::generate(),
            score: Score::new(Epoch(1), 1),
            state: TicketState::Rejected,
        };
        let update = Update { settled: vec![ticket], ..Update::default() };
        let lines = by_drop([update].into_iter());
        let finished = lines[&ticket.drop_id].settlements[0].finished().unwrap();
        assert_eq!((finished.ticket_id, finished.state), (ticket.ticket_id, ticket.state));
    }

    #[test]
    fn ends_are_told_by_drop() {
        let end = || EndedOrder {
            ticket_id: TicketId::generate(),
            drop_id: DropId::generate(),
            shopper_id: ShopperId::generate(),
            lane: Lane(0),
            score: Score::new(Epoch(1), 1),
            state: TicketState::Expired,
        };
        let update = Update { ended: vec![end(), end()], ..Update::default() };
        assert_eq!(by_drop([update].into_iter()).len(), 2);
    }

    #[test]
    fn a_card_that_was_declined_is_told_and_changes_nothing_in_line() {
        let (drop_id, ticket_id) = (DropId::generate(), TicketId::generate());
        let update = Update { again: vec![(drop_id, ticket_id)], ..Update::default() };
        assert!(!update.is_empty());
        let lines = by_drop([update].into_iter());
        let line = &lines[&drop_id];
        assert_eq!(line.again, [ticket_id]);
        assert!(line.settlements.is_empty() && line.finished.is_empty() && line.stock.is_empty());
    }
}
