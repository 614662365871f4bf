//! The task of a room that tells those who listen. It never waits for Redis or for a connection:
//! questions go to a task of their own, frames into outlets.

use super::cadence::TICK;
use crate::room::Room;
use queue::{Queue, QueueError};
use shared::{ids::TicketId, messages::JoinedTicket, tickets::Score};
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
pub async fn run(room: Weak<Room>, queue: Queue, soft: CancellationToken) {
    let asking = Arc::new(AtomicBool::new(false));
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = soft.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let Some(room) = room.upgrade() else { return };
        if room.hub.is_empty() {
            continue;
        }
        let questions = look(&room);
        if !questions.is_empty() && !asking.swap(true, Ordering::AcqRel) {
            let (queue, asking) = (queue.clone(), Arc::clone(&asking));
            tokio::spawn(async move {
                ask(&room, &queue, &questions).await;
                asking.store(false, Ordering::Release);
            });
        }
    }
}

fn look(room: &Room) -> Vec<(TicketId, Score)> {
    let now = Instant::now();
    let live = room.is_live();
    let looked = room.read(|replica| room.hub.look(live.then_some(replica), now));
    looked.unwrap_or_else(|| room.hub.look(None, now))
}

/// Asks Redis about tickets that do not wait, and attaches those it has lost.
async fn ask(room: &Room, queue: &Queue, questions: &[(TicketId, Score)]) {
    for batch in questions.chunks(BATCH) {
        if let Err(error) = ask_once(room, queue, batch).await {
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
    queue: &Queue,
    batch: &[(TicketId, Score)],
) -> Result<(), QueueError> {
    let Ok(header) = room.header() else { return Ok(()) };
    let statuses = queue.status(room.drop_id, header.epoch, batch).await?;
    let answers: Vec<_> = batch.iter().map(|(id, _)| *id).zip(statuses).collect();
    let unknown: Vec<JoinedTicket> = room.hub.settle(&answers, Instant::now());
    if unknown.is_empty() {
        return Ok(());
    }
    let attached = queue.attach(room.drop_id, header.epoch, &unknown).await?;
    tracing::info!(
        drop.id = %room.drop_id, n_tickets = unknown.len(),
        "put {} tickets back that the line had lost", unknown.len()
    );
    for (ticket, outcome) in unknown.iter().zip(attached.outcomes) {
        room.hub.attached(ticket.ticket_id, outcome, Instant::now());
    }
    Ok(())
}
