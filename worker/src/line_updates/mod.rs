//! Brings what Postgres decided back to the line, beside the work that decided it.
//!
//! Calls to Redis never hold up orders or payments: they go through a bounded list, and what does
//! not fit, or fails, is found by the reconciler.

use crate::{app::App, pause_point, room_config::stock_figure};
use database::{
    ordering::holds::Outcome,
    ordering::inventory::StockFigure,
    ordering::order_batch::{BatchDone, SettledTicket},
    ordering::orders::{self, EndedOrder},
    selling::scheduling::LiveDrop,
};
use queue::{Finished, SettleOutcome, Settlement};
use shared::{
    ids::{DropId, TicketId, VariantId},
    shutdown::Shutdown,
};
use std::collections::BTreeMap;
use tokio::sync::mpsc;

/// Messages that wait, at most.
const WAITING: usize = 256;
/// Messages that are told together, at most.
const TOGETHER: usize = 64;

/// Takes what is to be told; clones feed the same task.
#[derive(Clone, Debug)]
pub struct LineUpdater(mpsc::Sender<News>);

#[derive(Debug, Default)]
struct News {
    settled: Vec<SettledTicket>,
    ended: Vec<EndedOrder>,
    stock: Vec<StockFigure>,
}

/// What one drop's line is to hear.
#[derive(Default)]
struct ForDrop {
    settlements: Vec<Settlement>,
    finished: Vec<Finished>,
    stock: BTreeMap<VariantId, StockFigure>,
}

impl LineUpdater {
    /// Starts the task that tells. It ends when all tellers are gone.
    #[must_use]
    pub fn start(app: &App, shutdown: &Shutdown) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        shutdown.spawn(run(app.clone(), receiver));
        Self(sender)
    }

    /// Tells that tickets have order rows now.
    pub fn settled(&self, done: &BatchDone) {
        self.tell(News {
            settled: done.settled.clone(),
            ended: Vec::new(),
            stock: done.stock.clone(),
        });
    }

    /// Tells that orders have ended, and the stock.
    pub fn ended(&self, outcome: Outcome) {
        self.tell(News { settled: Vec::new(), ended: outcome.ended, stock: outcome.stock });
    }

    fn tell(&self, news: News) {
        let nothing = news.settled.is_empty() && news.ended.is_empty() && news.stock.is_empty();
        if !nothing && self.0.try_send(news).is_err() {
            tracing::debug!("the line is slow to hear; the reconciler tells it");
        }
    }
}

async fn run(app: App, mut receiver: mpsc::Receiver<News>) {
    let mut news = Vec::new();
    while receiver.recv_many(&mut news, TOGETHER).await > 0 {
        for (drop_id, for_drop) in by_drop(news.drain(..)) {
            // A drop that is not live has no line (any more).
            let Some(flash_drop) = app.drops.find(drop_id) else { continue };
            if let Err(error) = tell_line(&app, &flash_drop, for_drop).await {
                let error = format!("{error:#}");
                tracing::debug!(drop.id = %drop_id, error, "the line did not hear; told later");
            }
        }
    }
}

fn by_drop(news: impl Iterator<Item = News>) -> BTreeMap<DropId, ForDrop> {
    let mut drops = BTreeMap::<DropId, ForDrop>::new();
    for News { settled, ended, stock } in news {
        for ticket in settled {
            let for_drop = drops.entry(ticket.drop_id).or_default();
            for_drop.settlements.push(settlement(&ticket));
        }
        for order in ended {
            let for_drop = drops.entry(order.drop_id).or_default();
            let EndedOrder { ticket_id, score, state, .. } = order;
            for_drop.finished.push(Finished { ticket_id, score, state });
        }
        for figure in stock {
            let known = &mut drops.entry(figure.drop_id).or_default().stock;
            let newest = known.entry(figure.variant_id).or_insert(figure);
            if newest.version < figure.version {
                *newest = figure;
            }
        }
    }
    drops
}

fn settlement(ticket: &SettledTicket) -> Settlement {
    let outcome = match ticket.state.is_terminal() {
        true => SettleOutcome::Ended(ticket.state),
        false => SettleOutcome::Held,
    };
    Settlement { ticket_id: ticket.ticket_id, score: ticket.score, outcome }
}

/// SETTLE before FINISH: a ticket may have ended since its row was written.
async fn tell_line(app: &App, flash_drop: &LiveDrop, news: ForDrop) -> anyhow::Result<()> {
    let ForDrop { settlements, mut finished, stock } = news;
    let stock: Vec<_> = stock.values().map(stock_figure).collect();
    let (id, epoch) = (flash_drop.id, flash_drop.epoch);
    if !settlements.is_empty() || finished.is_empty() {
        app.queue.settle(id, epoch, &stock, &settlements).await?;
        pause_point!("orders.after_settle");
    }
    finished.extend(settlements.iter().filter_map(ended_at_once));
    if finished.is_empty() {
        return Ok(());
    }
    app.queue.finish(id, epoch, &stock, &finished).await?;
    pause_point!("line.after_finish");
    let told: Vec<TicketId> = finished.iter().map(|finished| finished.ticket_id).collect();
    orders::mark_line_told(&app.pool, &told).await?;
    Ok(())
}

fn ended_at_once(settlement: &Settlement) -> Option<Finished> {
    let Settlement { ticket_id, score, outcome } = *settlement;
    match outcome {
        SettleOutcome::Held => None,
        SettleOutcome::Ended(state) => Some(Finished { ticket_id, score, state }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::{
        ids::ShopperId,
        lifecycle::TicketState,
        tickets::{Epoch, Lane, Score},
    };

    #[test]
    fn the_newest_stock_of_a_drop_is_told() {
        let (drop_id, variant_id) = (DropId::generate(), VariantId::generate());
        let news = |version| News {
            stock: vec![StockFigure { drop_id, variant_id, version, available: 1, reserved: 0 }],
            ..News::default()
        };
        let drops = by_drop([news(3), news(5), news(4)].into_iter());
        assert_eq!(drops[&drop_id].stock[&variant_id].version, 5);
    }

    #[test]
    fn what_was_rejected_is_settled_and_finished() {
        let ticket = SettledTicket {
            ticket_id: TicketId::generate(),
            drop_id: DropId::generate(),
            score: Score::new(Epoch(1), 1),
            state: TicketState::Rejected,
        };
        let finished = ended_at_once(&settlement(&ticket)).unwrap();
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
        let news = News { ended: vec![end(), end()], ..News::default() };
        assert_eq!(by_drop([news].into_iter()).len(), 2);
    }
}
