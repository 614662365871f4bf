//! What lines were not told: the call was lost, the queue was full, or the room was being built.
//!
//! Postgres keeps what is pending, and an order is told as it is now, so telling it late or twice
//! is right, too.

use super::line_update::LineUpdate;
use crate::{app::App, causes::with_causes};
use database::{
    DatabaseError,
    journal::{self, Consumer, JournalId, UntoldOrder, UntoldRow},
    ordering::inventory,
    selling::scheduling::{self, EpochState, LiveDrop},
};
use shared::{
    ids::{DropId, TicketId},
    line::{Finished, Score, Settlement, TicketKey},
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// What was committed this long ago should have been told.
const OVERDUE: Duration = Duration::from_secs(1);
/// Journal rows looked at in one step: at least, and at most while some of them can't be told.
const BATCH: i64 = 500;
const LONGEST_BATCH: i64 = 64_000;

/// Tells lines what they were not told.
pub(crate) struct UntoldSender {
    app: App,
    /// Grows while rows that can't be told yet stand before others.
    batch: i64,
}

/// What one line was not told.
#[derive(Debug, Default)]
struct Untold {
    rows: Vec<JournalId>,
    /// Each as it is now.
    orders: BTreeMap<TicketId, UntoldOrder>,
}

impl UntoldSender {
    pub(crate) fn new(app: App) -> Self {
        Self { app, batch: BATCH }
    }

    /// Tells every line what it should have been told a while ago. May run at any time, twice, or on
    /// two hosts; what fails is tried again with the next run.
    pub(crate) async fn send(&mut self) -> Result<(), DatabaseError> {
        loop {
            let rows = journal::untold(&self.app.pool, OVERDUE, self.batch).await?;
            let (n_rows, is_full) = (rows.len(), rows.len() as i64 == self.batch);
            let told = self.tell(rows).await;
            journal::acknowledge(&self.app.pool, Consumer::Line, &told).await?;
            let is_stuck = told.len() < n_rows;
            self.batch = match (is_full, is_stuck) {
                (true, true) => (self.batch * 2).min(LONGEST_BATCH),
                (true, false) => self.batch,
                (false, _) => BATCH,
            };
            if !is_full || is_stuck {
                return Ok(());
            }
        }
    }

    /// Returns the rows that were told. One line that can't be told keeps no other waiting.
    async fn tell(&self, rows: Vec<UntoldRow>) -> Vec<JournalId> {
        let mut told = Vec::new();
        for (drop_id, untold) in by_drop(rows) {
            match self.tell_line(drop_id, untold.orders.into_values()).await {
                Ok(true) => told.extend(untold.rows),
                Ok(false) => {}
                Err(error) => {
                    let error = with_causes(error);
                    tracing::debug!(
                        drop.id = %drop_id, error,
                        "could not tell the line of drop {drop_id} what it missed; trying again"
                    );
                }
            }
        }
        told
    }

    /// Returns whether nothing is left to tell. While a room is being built its line can't be told.
    async fn tell_line(
        &self,
        drop_id: DropId,
        orders: impl Iterator<Item = UntoldOrder>,
    ) -> anyhow::Result<bool> {
        let Some(flash_drop) = self.find(drop_id).await? else { return Ok(true) };
        if flash_drop.epoch_state != EpochState::Open {
            return Ok(false);
        }
        let mut update = LineUpdate::default();
        for order in orders {
            add(&mut update, order);
        }
        // Read after the orders, so that it is not older than they are.
        for figure in inventory::figures(&self.app.pool, drop_id).await? {
            update.note_stock(figure);
        }
        update.send(&self.app, &flash_drop).await?;
        Ok(true)
    }

    /// Returns a drop that has a line: `None` means that nobody is left to tell.
    async fn find(&self, drop_id: DropId) -> Result<Option<Arc<LiveDrop>>, DatabaseError> {
        match self.app.drops.find(drop_id) {
            Some(known) => Ok(Some(known)),
            // It may be missing because the drops could not be read.
            None => Ok(scheduling::live_drop(&self.app.pool, drop_id).await?.map(Arc::new)),
        }
    }
}

fn by_drop(rows: Vec<UntoldRow>) -> BTreeMap<DropId, Untold> {
    let mut drops = BTreeMap::<DropId, Untold>::new();
    for UntoldRow { journal_id, drop_id, orders } in rows {
        let untold = drops.entry(drop_id).or_default();
        untold.rows.push(journal_id);
        untold.orders.extend(orders.into_iter().map(|order| (order.ticket_id, order)));
    }
    drops
}

fn add(update: &mut LineUpdate, order: UntoldOrder) {
    let UntoldOrder { ticket_id, shopper_id, score, state, updated_at } = order;
    // A score that no ticket can have was never in line.
    let Some(score) = Score::from_raw(score) else { return };
    let ticket = TicketKey { ticket_id, shopper_id, score };
    if state.is_terminal() {
        update.note_end(Finished { ticket, state }, updated_at);
    } else {
        update.settlements.push(Settlement::of(ticket, state));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use shared::{ids::ShopperId, lifecycle::TicketState, line::Epoch};

    fn order(state: TicketState) -> UntoldOrder {
        UntoldOrder {
            ticket_id: TicketId::generate(),
            shopper_id: ShopperId::generate(),
            score: Score::new(Epoch(1), 1).raw(),
            state,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn an_order_of_several_rows_is_told_once() {
        let (drop_id, order) = (DropId::generate(), order(TicketState::Reserved));
        let row = |id| UntoldRow { journal_id: JournalId(id), drop_id, orders: vec![order] };
        let drops = by_drop(vec![row(3), row(5)]);
        assert_eq!(drops[&drop_id].rows, [JournalId(3), JournalId(5)]);
        assert_eq!(drops[&drop_id].orders.len(), 1);
    }

    #[test]
    fn what_has_ended_is_finished_and_what_goes_on_is_settled() {
        let mut update = LineUpdate::default();
        add(&mut update, order(TicketState::Capturing));
        add(&mut update, order(TicketState::Expired));
        add(&mut update, UntoldOrder { score: 0, ..order(TicketState::Expired) });
        assert_eq!((update.settlements.len(), update.finished.len()), (1, 1));
    }
}
