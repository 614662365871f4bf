//! Tickets in flight past their lease: whose row is there is settled, whose command the processor
//! will still meet waits on, whose command is nowhere is produced again.
//!
//! Nothing is produced twice just because the processor is slow.

use crate::{app::App, order_commands, pause::pause_point};
use database::{
    DatabaseError,
    line::epochs::{self, Boundary},
    ordering::offsets,
    selling::scheduling::LiveDrop,
};
use shared::{
    ids::TicketId,
    lifecycle::TicketState,
    line::{Lease, Settlement, StockFigure},
    telemetry::CounterName,
};
use std::collections::HashMap;

/// Leases looked at in one step.
const BATCH: u32 = 500;

/// What has to be done about an expired lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LeaseAction {
    /// Postgres has its row.
    Settle(TicketState),
    /// The processor will come to its command.
    Wait,
    /// Its command is nowhere, or was passed over.
    Produce,
}

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
    let end = app.log_info.offsets(topic, flash_drop.partition).await?.end;
    let states: HashMap<TicketId, TicketState> = truth.orders.iter().copied().collect();
    let (mut settled, mut waiting, mut lost) = (Vec::new(), Vec::new(), Vec::new());
    for lease in expired {
        let (id, score) = (ticket_id(&lease), lease.ticket.ticket.score);
        match action(&lease, states.get(&id).copied(), truth.processed, end) {
            LeaseAction::Settle(state) => settled.push(Settlement::of(id, score, state)),
            LeaseAction::Wait => waiting.push(id),
            LeaseAction::Produce => lost.push(lease),
        }
    }
    settle(app, flash_drop, &settled, &truth.stock).await?;
    if !waiting.is_empty() {
        let lease = app.settings.line.lease();
        app.queue.reextend(flash_drop.id, flash_drop.epoch, &waiting, lease).await?;
    }
    produce(app, flash_drop, &lost).await
}

/// Decides about one lease. `processed` is how far its partition is processed, `end` where it ends.
fn action(
    lease: &Lease,
    row: Option<TicketState>,
    processed: Option<Boundary>,
    end: i64,
) -> LeaseAction {
    if let Some(state) = row {
        return LeaseAction::Settle(state);
    }
    let Some(position) = lease.position else { return LeaseAction::Produce };
    let there = Boundary { generation: position.generation, offset: position.offset };
    let ahead = processed.is_none_or(|processed| {
        processed.generation == there.generation && processed.offset <= there.offset
    });
    if ahead && there.offset < end { LeaseAction::Wait } else { LeaseAction::Produce }
}

async fn wait_for_postgres(
    app: &App,
    flash_drop: &LiveDrop,
    tickets: &[TicketId],
    error: DatabaseError,
) -> anyhow::Result<()> {
    let lease = app.settings.line.lease();
    app.queue.reextend(flash_drop.id, flash_drop.epoch, tickets, lease).await?;
    Err(error.into())
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

#[cfg(test)]
mod tests {
    use super::*;
    use shared::{
        ids::{ShopperId, VariantId},
        line::{AdmittedTicket, Epoch, Intent, JoinedTicket, Lane, LogPosition, Score},
    };

    fn lease(position: Option<(i64, i64)>) -> Lease {
        let ticket = JoinedTicket {
            ticket_id: TicketId::generate(),
            shopper_id: ShopperId::generate(),
            lane: Lane(0),
            score: Score::new(Epoch(1), 1),
            intent: Intent { variant_id: VariantId::generate(), units: 1 },
            joined_at_ms: 0,
        };
        let position =
            position.map(|(generation, offset)| LogPosition { generation, partition: 0, offset });
        Lease { ticket: AdmittedTicket { ticket, admitted_at_us: 0 }, deadline_us: 0, position }
    }

    const fn processed(generation: i64, offset: i64) -> Option<Boundary> {
        Some(Boundary { generation, offset })
    }

    #[test]
    fn a_row_settles_whatever_else_is_known() {
        let state = TicketState::Reserved;
        assert_eq!(action(&lease(None), Some(state), None, 0), LeaseAction::Settle(state));
    }

    #[test]
    fn a_slow_processor_is_waited_for() {
        assert_eq!(action(&lease(Some((1, 5))), None, processed(1, 5), 6), LeaseAction::Wait);
        assert_eq!(action(&lease(Some((1, 5))), None, None, 6), LeaseAction::Wait);
    }

    #[test]
    fn a_lost_command_is_produced_again() {
        let passed_over = action(&lease(Some((1, 5))), None, processed(1, 6), 6);
        let log_replaced = action(&lease(Some((1, 5))), None, processed(2, 0), 9);
        let log_cut_short = action(&lease(Some((1, 5))), None, processed(1, 3), 4);
        let never_written = action(&lease(None), None, processed(1, 5), 6);
        for action in [passed_over, log_replaced, log_cut_short, never_written] {
            assert_eq!(action, LeaseAction::Produce);
        }
    }
}
