//! Tickets in flight past their lease: whose row is there is settled, whose command the processor
//! will still meet waits on, whose command is nowhere is produced again.
//!
//! Nothing is produced twice just because the processor is slow.

use crate::{app::App, order_commands, pause_point, room_config::stock_figures};
use database::{
    DatabaseError,
    line::epochs::{self, Boundary, TicketTruth},
    selling::scheduling::LiveDrop,
};
use queue::{Finished, Lease, SettleOutcome, Settlement};
use shared::{
    ids::TicketId,
    lifecycle::TicketState,
    mutants::{self, Term},
    telemetry::CounterName,
};
use std::collections::HashMap;

/// Leases looked at in one step.
const BATCH: u32 = 500;

/// What has to be done about an expired lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Postgres has its row.
    Settle(TicketState),
    /// The processor will come to its command.
    Wait,
    /// Its command is nowhere, or was passed over.
    Produce,
}

/// Settles the leases of a drop that have run out. May run at any time.
///
/// # Errors
///
/// Returns what failed; the next look goes on.
pub async fn settle_expired(app: &App, flash_drop: &LiveDrop) -> anyhow::Result<()> {
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
    let mut by_verdict = (Vec::new(), Vec::new(), Vec::new());
    for lease in expired {
        match verdict(&lease, states.get(&ticket_id(&lease)).copied(), truth.processed, end) {
            Verdict::Settle(state) => by_verdict.0.push((lease, state)),
            Verdict::Wait => by_verdict.1.push(ticket_id(&lease)),
            Verdict::Produce => by_verdict.2.push(lease),
        }
    }
    let (settled, waiting, lost) = by_verdict;
    settle(app, flash_drop, &settled, &truth).await?;
    if !waiting.is_empty() {
        let lease = app.settings.line.lease();
        app.queue.reextend(flash_drop.id, flash_drop.epoch, &waiting, lease).await?;
    }
    produce(app, flash_drop, &lost).await
}

/// Decides about one lease.
#[must_use]
pub fn verdict(
    lease: &Lease,
    row: Option<TicketState>,
    processed: Option<Boundary>,
    end: i64,
) -> Verdict {
    if let Some(state) = row {
        return Verdict::Settle(state);
    }
    let Some(position) = lease.position else { return Verdict::Produce };
    let there = Boundary { generation: position.generation, offset: position.offset };
    let ahead = processed.is_none_or(|processed| {
        processed.generation == there.generation && processed.offset <= there.offset
    });
    if ahead && there.offset < end { Verdict::Wait } else { Verdict::Produce }
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
    settled: &[(Lease, TicketState)],
    truth: &TicketTruth,
) -> anyhow::Result<()> {
    if settled.is_empty() {
        return Ok(());
    }
    let outcome = |state: TicketState| match state.is_terminal() {
        true => SettleOutcome::Ended(state),
        false => SettleOutcome::Held,
    };
    let settlements: Vec<_> = settled
        .iter()
        .map(|(lease, state)| Settlement {
            ticket_id: ticket_id(lease),
            score: lease.ticket.ticket.score,
            outcome: outcome(*state),
        })
        .collect();
    let (id, epoch) = (flash_drop.id, flash_drop.epoch);
    let stock = stock_figures(&truth.stock);
    app.queue.settle(id, epoch, &stock, &settlements).await?;
    pause_point!("reconciler.after_settle");
    let finished: Vec<_> = settled
        .iter()
        .filter(|(_, state)| state.is_terminal())
        .map(|(lease, state)| Finished {
            ticket_id: ticket_id(lease),
            score: lease.ticket.ticket.score,
            state: *state,
        })
        .collect();
    if !finished.is_empty() {
        app.queue.finish(id, epoch, &stock, &finished).await?;
    }
    Ok(())
}

async fn produce(app: &App, flash_drop: &LiveDrop, lost: &[Lease]) -> anyhow::Result<()> {
    if lost.is_empty() || mutants::has(Term::NoReproduce) {
        return Ok(());
    }
    let topic = &app.topics.order_commands;
    let log = database::ordering::offsets::find(&app.pool, topic, flash_drop.partition).await?;
    let generation = log.map_or(0, |log| log.generation);
    let admitted: Vec<_> = lost.iter().map(|lease| lease.ticket).collect();
    let sent = order_commands::send(app, flash_drop, &admitted).await?;
    let (written, _) = order_commands::acknowledged(generation, sent).await;
    pause_point!("reconciler.after_ack");
    CounterName::CommandsReproduced.get().increment(written.len() as u64);
    tracing::info!(
        drop.id = %flash_drop.id,
        n_commands = written.len(),
        "produced {} commands again whose first writing was lost", written.len()
    );
    let lease = app.settings.line.extended_lease();
    app.queue.extend(flash_drop.id, flash_drop.epoch, &written, lease).await?;
    Ok(())
}

const fn ticket_id(lease: &Lease) -> TicketId {
    lease.ticket.ticket.ticket_id
}

#[cfg(test)]
mod tests {
    use super::*;
    use queue::{AdmittedTicket, LogPosition};
    use shared::{
        ids::{ShopperId, VariantId},
        messages::JoinedTicket,
        tickets::{Epoch, Intent, Lane, Score},
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
        assert_eq!(verdict(&lease(None), Some(state), None, 0), Verdict::Settle(state));
    }

    #[test]
    fn a_slow_processor_is_waited_for() {
        assert_eq!(verdict(&lease(Some((1, 5))), None, processed(1, 5), 6), Verdict::Wait);
        assert_eq!(verdict(&lease(Some((1, 5))), None, None, 6), Verdict::Wait);
    }

    #[test]
    fn a_lost_command_is_produced_again() {
        let passed_over = verdict(&lease(Some((1, 5))), None, processed(1, 6), 6);
        let log_replaced = verdict(&lease(Some((1, 5))), None, processed(2, 0), 9);
        let log_cut_short = verdict(&lease(Some((1, 5))), None, processed(1, 3), 4);
        let never_written = verdict(&lease(None), None, processed(1, 5), 6);
        for verdict in [passed_over, log_replaced, log_cut_short, never_written] {
            assert_eq!(verdict, Verdict::Produce);
        }
    }
}
