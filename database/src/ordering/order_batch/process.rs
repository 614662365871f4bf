//! The transaction of a batch, step by step.

use super::{
    batch::{BatchDone, BatchOutcome, BatchRecord, OrderBatch, RecordContent, SettledTicket},
    insert::insert_orders,
    load,
    locked_drop::LockedDrop,
    place::{Placed, place},
    take::{Fate, Taken, take},
    write,
};
use crate::{
    DatabaseError, Doing,
    journal::{self, Moment},
    run_to_completion,
};
use jiff::Timestamp;
use shared::{
    ids::{DropId, OrderId},
    lifecycle::TicketState,
    line::TicketKey,
    messages::PlaceOrder,
};
use sqlx::{PgConnection, PgPool};
use std::{collections::BTreeMap, sync::Arc};

/// How a batch is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attempt {
    /// In the hope that all of its commands are new, and all customers without a unit where one is
    /// all they may have: the order rows themselves would refuse what is not.
    Hopeful,
    /// With a look at what is there.
    Careful,
}

/// Processes a batch: all records that the order rate allows, or none.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then, unless the commit's own reply was lost.
pub async fn process(pool: &PgPool, batch: Arc<OrderBatch>) -> Result<BatchOutcome, DatabaseError> {
    let pool = pool.clone();
    run_to_completion(async move {
        for how in [Attempt::Hopeful, Attempt::Careful] {
            if let Some(outcome) = attempt(&pool, &batch, how).await? {
                return Ok(outcome);
            }
        }
        // Nobody else can place orders of a drop that is locked.
        let error = sqlx::Error::Protocol("orders appeared under a locked drop".into());
        Err(DatabaseError::new("place orders", error))
    })
    .await
}

/// Returns nothing, and has changed nothing, when something is there that was not looked for.
async fn attempt(
    pool: &PgPool,
    batch: &OrderBatch,
    how: Attempt,
) -> Result<Option<BatchOutcome>, DatabaseError> {
    let mut tx = pool.begin().await.doing("begin a batch")?;
    if !load::lock_offset(&mut tx, batch).await? {
        return Ok(Some(BatchOutcome::Late));
    }
    let Some(done) = in_transaction(&mut tx, batch, how).await? else {
        tx.rollback().await.doing("give a batch up")?;
        return Ok(None);
    };
    tx.commit().await.doing("commit a batch")?;
    Ok(Some(BatchOutcome::Done(done)))
}

async fn in_transaction(
    conn: &mut PgConnection,
    batch: &OrderBatch,
    how: Attempt,
) -> Result<Option<BatchDone>, DatabaseError> {
    let commands = commands(batch);
    let mut drops = load::lock_drops(conn, &commands).await?;
    // Taken when the locks are held: RATE-2 is judged by it.
    let drawn = journal::moments(conn, drops.len().max(1)).await?;
    let at = drawn[0].at;
    let moments: BTreeMap<DropId, Moment> = drops.keys().copied().zip(drawn).collect();

    let existing = match how {
        Attempt::Hopeful => BTreeMap::new(),
        Attempt::Careful => load::existing(conn, &commands).await?,
    };
    let taken = take(batch, &mut drops, &existing, at);
    if how == Attempt::Hopeful && stopped_by_a_duplicate(conn, batch, &taken).await? {
        return Ok(None);
    }
    let fresh: Vec<&PlaceOrder> =
        taken.records.iter().filter_map(|(_, fate)| fate.placed()).collect();
    load::know_customers(conn, &mut drops, &fresh).await?;
    if how == Attempt::Careful {
        load::know_owners(conn, &mut drops, &fresh).await?;
    }
    let placed = place(&drops, &moments, &taken);
    write_all(conn, batch, &taken, &drops, &placed, at).await
}

/// Writes the orders and everything that depends on them. Nothing, when one of them is refused: the
/// transaction must then be rolled back.
async fn write_all(
    conn: &mut PgConnection,
    batch: &OrderBatch,
    taken: &Taken<'_>,
    drops: &BTreeMap<DropId, LockedDrop>,
    placed: &[Placed<'_>],
    at: Timestamp,
) -> Result<Option<BatchDone>, DatabaseError> {
    if !insert_orders(conn, placed, at).await? {
        return Ok(None);
    }
    write::count_usage(conn, drops, placed).await?;
    let n_dead = write::write_dead_letters(conn, batch, taken).await?;
    let stock = write::write(conn, batch, taken, drops, placed, at).await?;
    let mut done = BatchDone {
        next_offset: write::next_offset(batch, taken),
        n_taken: taken.records.len(),
        n_placed: placed.len(),
        n_dead,
        wait: taken.wait,
        ended: placed.iter().filter_map(Placed::ended).collect(),
        stock,
        journal: placed.iter().map(|placed| placed.journal_id).collect(),
        ..BatchDone::default()
    };
    done.journal.sort_unstable();
    done.journal.dedup();
    report(taken, &placed.iter().map(Placed::id_and_state).collect(), &mut done);
    Ok(Some(done))
}

/// Whether the first record that the order rate stopped has an order already: such a one passes at
/// any rate.
async fn stopped_by_a_duplicate(
    conn: &mut PgConnection,
    batch: &OrderBatch,
    taken: &Taken<'_>,
) -> Result<bool, DatabaseError> {
    let Some(command) = batch.records.get(taken.records.len()).and_then(command) else {
        return Ok(false);
    };
    Ok(!load::existing(conn, &[command]).await?.is_empty())
}

/// Commands of the batch whose MAC is ours.
fn commands(batch: &OrderBatch) -> Vec<&PlaceOrder> {
    batch.records.iter().filter_map(command).collect()
}

fn command(record: &BatchRecord) -> Option<&PlaceOrder> {
    match &record.content {
        RecordContent::Command(command) => Some(command),
        RecordContent::Dead { command, .. } => command.as_ref(),
    }
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
    let PlaceOrder { ticket_id, drop_id, shopper_id, score, .. } = *command;
    let ticket = TicketKey { ticket_id, shopper_id, score };
    Some(SettledTicket { drop_id, ticket, state: state? })
}
