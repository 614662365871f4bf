//! The transaction of a batch, step by step.

use super::{
    batch::{BatchDone, BatchOutcome, OrderBatch, RecordContent, SettledTicket},
    load,
    place::{Placed, place},
    take::{Fate, Taken, take},
    write,
};
use crate::{DatabaseError, Doing, run_to_completion};
use shared::{
    ids::{OrderId, TicketId},
    lifecycle::TicketState,
    messages::PlaceOrder,
};
use sqlx::{PgConnection, PgPool};
use std::{collections::BTreeMap, sync::Arc};

/// How often a batch is tried when orders keep appearing between the look and the write.
const ATTEMPTS: usize = 3;

/// Processes a batch: all records that the order rate allows, or none.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then, unless the commit's own reply was lost.
pub async fn process(pool: &PgPool, batch: Arc<OrderBatch>) -> Result<BatchOutcome, DatabaseError> {
    let pool = pool.clone();
    run_to_completion(async move {
        for _ in 0..ATTEMPTS {
            if let Some(outcome) = attempt(&pool, &batch).await? {
                return Ok(outcome);
            }
        }
        let error = sqlx::Error::Protocol("orders kept appearing under a locked drop".into());
        Err(DatabaseError::new("place orders", error))
    })
    .await
}

async fn attempt(pool: &PgPool, batch: &OrderBatch) -> Result<Option<BatchOutcome>, DatabaseError> {
    let mut tx = pool.begin().await.doing("begin a batch")?;
    if !load::lock_offset(&mut tx, batch).await? {
        return Ok(Some(BatchOutcome::Late));
    }
    let Some(done) = in_transaction(&mut tx, batch).await? else { return Ok(None) };
    tx.commit().await.doing("commit a batch")?;
    Ok(Some(BatchOutcome::Done(done)))
}

async fn in_transaction(
    conn: &mut PgConnection,
    batch: &OrderBatch,
) -> Result<Option<BatchDone>, DatabaseError> {
    let commands = commands(batch);
    let mut drops = load::lock_drops(conn, &commands).await?;
    let tickets: Vec<TicketId> = commands.iter().map(|command| command.ticket_id).collect();
    let existing = load::existing(conn, &tickets).await?;
    let now = load::time_under_locks(conn).await?;

    let taken = take(batch, &mut drops, &existing, now);
    let fresh: Vec<&PlaceOrder> =
        taken.records.iter().filter_map(|(_, fate)| fate.placed()).collect();
    load::lock_shops(conn, &mut drops, &fresh).await?;
    let placed = place(&drops, &taken);

    let mut done =
        BatchDone { n_taken: taken.records.len(), wait: taken.wait, ..Default::default() };
    if !write::write_orders(conn, &drops, &placed, now, &mut done).await? {
        return Ok(None);
    }
    done.n_dead = write::write_dead_letters(conn, batch, &taken).await?;
    write::store_pace(conn, &drops).await?;
    done.next_offset = write::move_offset(conn, batch, &taken).await?;
    let states = placed.iter().map(Placed::id_and_state).collect();
    report(&taken, &states, &mut done);
    Ok(Some(done))
}

/// Commands of the batch whose MAC is ours.
fn commands(batch: &OrderBatch) -> Vec<&PlaceOrder> {
    batch
        .records
        .iter()
        .filter_map(|record| match &record.content {
            RecordContent::Command(command) => Some(command),
            RecordContent::Dead { command, .. } => command.as_ref(),
        })
        .collect()
}

/// Notes which tickets have an order row now, duplicates included: the line may have missed it.
fn report(taken: &Taken<'_>, states: &BTreeMap<OrderId, TicketState>, done: &mut BatchDone) {
    for (_, fate) in &taken.records {
        match fate {
            Fate::PassedOver => done.n_passed_over += 1,
            Fate::Duplicate(command, state) => {
                done.n_duplicates += 1;
                let state = state.or_else(|| states.get(&command.ticket_id.into()).copied());
                done.settled.extend(settled(command, state));
            }
            Fate::New(command) | Fate::Dead { order: Some(command), .. } => {
                let state = states.get(&command.ticket_id.into()).copied();
                done.settled.extend(settled(command, state));
            }
            Fate::Dead { order: None, .. } => {}
        }
    }
}

fn settled(command: &PlaceOrder, state: Option<TicketState>) -> Option<SettledTicket> {
    let PlaceOrder { ticket_id, drop_id, score, .. } = *command;
    Some(SettledTicket { ticket_id, drop_id, score, state: state? })
}
