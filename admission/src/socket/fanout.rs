//! The task of a room that tells those who listen. It never waits for Redis or for a connection:
//! questions go to a task of their own, and frames wait in outlets for sockets that are full.

use super::{Hub, cadence::TICK};
use crate::room::Room;
use queue::{Queue, QueueError};
use shared::{
    line::{AttachOutcome, TicketKey},
    telemetry::CounterName,
};
use std::{
    sync::{Arc, Weak},
    time::{Duration, Instant},
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Least pause between two looks, so that events that come together are looked at together.
const PAUSE: Duration = Duration::from_millis(20);
/// Tickets of one question.
const BATCH: usize = 500;

/// Looks at the room's listeners until the soft stop or until the room is forgotten.
pub(super) async fn run(room: Weak<Room>, hub: Arc<Hub>, queue: Queue, soft: CancellationToken) {
    let mut asking: Option<JoinHandle<()>> = None;
    while soft.run_until_cancelled(next_look(&hub)).await.is_some() {
        let Some(room) = room.upgrade() else { return };
        if hub.is_empty() {
            continue;
        }
        look(&room, &hub).await;
        // Questions wait in the hub while others are being asked.
        if hub.has_questions() && asking.as_ref().is_none_or(JoinHandle::is_finished) {
            let (hub, queue) = (Arc::clone(&hub), queue.clone());
            asking = Some(tokio::spawn(async move { ask(&room, &hub, &queue).await }));
        }
    }
}

/// Waits for the next tick, or for news if they come before.
async fn next_look(hub: &Hub) {
    tokio::time::sleep(PAUSE).await;
    let _ = tokio::time::timeout(TICK - PAUSE, hub.woken()).await;
}

async fn look(room: &Room, hub: &Hub) {
    let now = Instant::now();
    hub.catch_up(now);
    loop {
        let is_live = room.is_live();
        let looked = room.read(|replica| hub.look(is_live.then_some(replica), now));
        if !looked.unwrap_or_else(|| hub.look(None, now)) {
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// Asks Redis about tickets that do not wait, and attaches those it has lost or missed.
async fn ask(room: &Room, hub: &Hub, queue: &Queue) {
    loop {
        let batch = hub.take_questions(BATCH);
        if batch.is_empty() {
            return;
        }
        if let Err(error) = ask_once(room, hub, queue, &batch).await {
            if error.is_epoch() {
                room.distrust();
            }
            // They are asked about again after their pause.
            tracing::debug!(drop.id = %room.drop_id, %error, "could not ask about tickets");
            return;
        }
    }
}

async fn ask_once(
    room: &Room,
    hub: &Hub,
    queue: &Queue,
    batch: &[TicketKey],
) -> Result<(), QueueError> {
    let Ok(header) = room.header() else { return Ok(()) };
    let states = queue.status(room.drop_id, header.epoch, batch).await?;
    let answers = batch.iter().map(|ticket| ticket.ticket_id).zip(states);
    let to_attach = hub.settle(answers, Instant::now());
    if to_attach.is_empty() {
        return Ok(());
    }
    let attached = queue.attach(room.drop_id, header.epoch, &to_attach).await?;
    note_back(room, &attached.outcomes);
    for (ticket, outcome) in to_attach.iter().zip(attached.outcomes) {
        hub.attached(ticket.ticket_id, outcome, Instant::now());
    }
    Ok(())
}

/// Counts those who came back, and says so of those whom nobody had missed.
fn note_back(room: &Room, outcomes: &[AttachOutcome]) {
    let n_with = |wanted| outcomes.iter().filter(|outcome| **outcome == wanted).count();
    CounterName::TicketsReturned.get().increment(n_with(AttachOutcome::Returned) as u64);
    let n_tickets = n_with(AttachOutcome::Attached);
    if n_tickets > 0 {
        tracing::info!(
            drop.id = %room.drop_id, n_tickets,
            "put {n_tickets} tickets back that the line had lost"
        );
    }
}
