//! The task of a room that tells those who listen. It never waits for Redis or for a connection:
//! questions go to a task of their own, frames into outlets.

use super::{Hub, cadence::TICK};
use crate::room::Room;
use queue::{Queue, QueueError};
use shared::{
    ids::TicketId,
    line::{JoinedTicket, Score},
};
use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

/// Tickets of one question.
const BATCH: usize = 256;

/// Looks at the room's listeners until the soft stop or until the room is forgotten.
pub(super) async fn run(room: Weak<Room>, hub: Arc<Hub>, queue: Queue, soft: CancellationToken) {
    let is_asking = Arc::new(AtomicBool::new(false));
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while soft.run_until_cancelled(ticks.tick()).await.is_some() {
        let Some(room) = room.upgrade() else { return };
        if hub.is_empty() {
            continue;
        }
        let questions = look(&room, &hub);
        if !questions.is_empty() && !is_asking.swap(true, Ordering::AcqRel) {
            let (hub, queue, is_asking) = (Arc::clone(&hub), queue.clone(), Arc::clone(&is_asking));
            tokio::spawn(async move {
                ask(&room, &hub, &queue, &questions).await;
                is_asking.store(false, Ordering::Release);
            });
        }
    }
}

fn look(room: &Room, hub: &Hub) -> Vec<(TicketId, Score)> {
    let now = Instant::now();
    let is_live = room.is_live();
    let looked = room.read(|replica| hub.look(is_live.then_some(replica), now));
    looked.unwrap_or_else(|| hub.look(None, now))
}

/// Asks Redis about tickets that do not wait, and attaches those it has lost.
async fn ask(room: &Room, hub: &Hub, queue: &Queue, questions: &[(TicketId, Score)]) {
    for batch in questions.chunks(BATCH) {
        if let Err(error) = ask_once(room, hub, queue, batch).await {
            if error.is_epoch() {
                room.distrust();
            }
            tracing::debug!(drop.id = %room.drop_id, %error, "could not ask about tickets");
            return;
        }
    }
}

async fn ask_once(
    room: &Room,
    hub: &Hub,
    queue: &Queue,
    batch: &[(TicketId, Score)],
) -> Result<(), QueueError> {
    let Ok(header) = room.header() else { return Ok(()) };
    let statuses = queue.status(room.drop_id, header.epoch, batch).await?;
    let answers: Vec<_> = batch.iter().map(|(id, _)| *id).zip(statuses).collect();
    let unknown: Vec<JoinedTicket> = hub.settle(&answers, Instant::now());
    if unknown.is_empty() {
        return Ok(());
    }
    let attached = queue.attach(room.drop_id, header.epoch, &unknown).await?;
    let n_tickets = unknown.len();
    tracing::info!(
        drop.id = %room.drop_id, n_tickets, "put {n_tickets} tickets back that the line had lost"
    );
    for (ticket, outcome) in unknown.iter().zip(attached.outcomes) {
        hub.attached(ticket.ticket_id, outcome, Instant::now());
    }
    Ok(())
}
