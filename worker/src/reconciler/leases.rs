//! Tickets in flight past their lease: whose row is there is settled, whose command the processor
//! will still meet waits on, whose command is nowhere is produced again.
//!
//! Rows are settled whether or not Kafka answers; without Postgres everybody waits on.

use crate::{app::App, order_commands, pause::pause_point};
use broker::BrokerError;
use database::{
    DatabaseError,
    line::epochs::{self, TicketTruth},
    ordering::offsets,
    selling::scheduling::LiveDrop,
};
use shared::{
    decide::leases::{LeaseAction, LogReach},
    ids::TicketId,
    lifecycle::TicketState,
    line::{Lease, Settlement, StockFigure},
    telemetry::CounterName,
};
use std::collections::HashMap;

/// Leases looked at in one step.
const BATCH: u32 = 500;

/// Settles the leases of a drop that have run out. May run at any time; after a failure the next
/// run goes on.
pub(super) async fn settle_expired(app: &App, flash_drop: &LiveDrop) -> anyhow::Result<()> {
    let expired = app.queue.expired_leases(flash_drop.id, flash_drop.epoch, BATCH).await?;
    if expired.is_empty() {
        return Ok(());
    }
    let tickets: Vec<TicketId> = expired.iter().map(ticket_id).collect();
    let topic = &app.topics.order_commands;
    let truth =
        epochs::truth_of(&app.pool, flash_drop.id, &tickets, topic, flash_drop.partition).await;
    let truth = match truth {
        Ok(truth) => truth,
        Err(error) => return wait_for_postgres(app, flash_drop, &tickets, error).await,
    };
    let end = end_of_commands(app, flash_drop, expired.len() > truth.orders.len()).await;
    let todo = Todo::of(expired, &truth, end.as_ref().ok().copied().flatten());
    settle(app, flash_drop, &todo.settled, &truth.stock).await?;
    wait_on(app, flash_drop, &todo.waiting).await?;
    produce(app, flash_drop, &todo.lost).await?;
    // Last, since it concerns only those without a row.
    end?;
    Ok(())
}

/// Asks where the drop's commands end, if anybody has to know.
async fn end_of_commands(
    app: &App,
    flash_drop: &LiveDrop,
    is_needed: bool,
) -> Result<Option<i64>, BrokerError> {
    if !is_needed {
        return Ok(None);
    }
    let topic = &app.topics.order_commands;
    Ok(Some(app.log_info.offsets(topic, flash_drop.partition).await?.end))
}

/// What has to be done about some leases.
#[derive(Default)]
struct Todo {
    settled: Vec<Settlement>,
    waiting: Vec<TicketId>,
    lost: Vec<Lease>,
}

impl Todo {
    fn of(expired: Vec<Lease>, truth: &TicketTruth, end: Option<i64>) -> Self {
        let states: HashMap<TicketId, TicketState> = truth.orders.iter().copied().collect();
        let reach = LogReach { processed: truth.processed, end };
        let mut todo = Self::default();
        for lease in expired {
            let ticket = lease.ticket.ticket.key();
            let row = states.get(&ticket.ticket_id).copied();
            match LeaseAction::of(lease.position, row, reach) {
                LeaseAction::Settle(state) => todo.settled.push(Settlement::of(ticket, state)),
                LeaseAction::Wait => todo.waiting.push(ticket.ticket_id),
                LeaseAction::Produce => todo.lost.push(lease),
            }
        }
        todo
    }
}

async fn wait_for_postgres(
    app: &App,
    flash_drop: &LiveDrop,
    tickets: &[TicketId],
    error: DatabaseError,
) -> anyhow::Result<()> {
    wait_on(app, flash_drop, tickets).await?;
    Err(error.into())
}

async fn wait_on(app: &App, flash_drop: &LiveDrop, tickets: &[TicketId]) -> anyhow::Result<()> {
    if tickets.is_empty() {
        return Ok(());
    }
    let lease = app.settings.line.lease();
    app.queue.reextend(flash_drop.id, flash_drop.epoch, tickets, lease).await?;
    Ok(())
}

async fn settle(
    app: &App,
    flash_drop: &LiveDrop,
    settled: &[Settlement],
    stock: &[StockFigure],
) -> anyhow::Result<()> {
    if settled.is_empty() {
        return Ok(());
    }
    let (id, epoch) = (flash_drop.id, flash_drop.epoch);
    app.queue.settle(id, epoch, stock, settled).await?;
    pause_point!("reconciler.after_settle");
    let finished: Vec<_> = settled.iter().filter_map(Settlement::finished).collect();
    if !finished.is_empty() {
        app.queue.finish(id, epoch, stock, &finished).await?;
    }
    Ok(())
}

async fn produce(app: &App, flash_drop: &LiveDrop, lost: &[Lease]) -> anyhow::Result<()> {
    if lost.is_empty() {
        return Ok(());
    }
    let topic = &app.topics.order_commands;
    let log = offsets::find(&app.pool, topic, flash_drop.partition).await?;
    let generation = log.map_or(0, |log| log.generation);
    let admitted: Vec<_> = lost.iter().map(|lease| lease.ticket).collect();
    let sent = order_commands::send(app, flash_drop, &admitted).await?;
    let (written, _) = order_commands::acknowledged(generation, sent).await;
    pause_point!("reconciler.after_ack");
    CounterName::CommandsReproduced.get().increment(written.len() as u64);
    let (id, n_commands) = (flash_drop.id, written.len());
    tracing::info!(
        drop.id = %id, n_commands,
        "produced {n_commands} lost order commands of drop {id} again"
    );
    let lease = app.settings.line.extended_lease();
    app.queue.extend(id, flash_drop.epoch, &written, lease).await?;
    Ok(())
}

const fn ticket_id(lease: &Lease) -> TicketId {
    lease.ticket.ticket.ticket_id
}
