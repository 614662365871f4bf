//! Wrong variants of the batch; see [`shared::mutants`]. They need a schema without its guards.

use super::{BatchDone, BatchOutcome, OrderBatch, commands, load, report, take::take, write};
use crate::{DatabaseError, Doing};
use sqlx::PgPool;
use std::time::Duration;

/// How long the mutant that reads and then writes stays between the two: a batch has several then.
const GAP: Duration = Duration::from_millis(200);

/// Processes both halves of a batch at once, without a lock between them.
pub(super) async fn process_in_halves(
    pool: &PgPool,
    batch: &OrderBatch,
) -> Result<BatchOutcome, DatabaseError> {
    let (mut first, mut second) = (batch.clone(), batch.clone());
    second.records = first.records.split_off(batch.records.len() / 2);
    let (first, second) = tokio::join!(half(pool, &first), half(pool, &second));
    let mut done = BatchDone { next_offset: batch.expected_offset, ..BatchDone::default() };
    for half in [first?, second?] {
        done.next_offset = done.next_offset.max(half.next_offset);
        done.n_taken += half.n_taken;
        done.n_placed += half.n_placed;
        done.wait = done.wait.max(half.wait);
        done.settled.extend(half.settled);
        done.ended.extend(half.ended);
        done.stock.extend(half.stock);
    }
    set_offset(pool, batch, done.next_offset).await?;
    Ok(BatchOutcome::Done(done))
}

/// Reads on a connection that keeps no lock, and writes later.
async fn half(pool: &PgPool, batch: &OrderBatch) -> Result<BatchDone, DatabaseError> {
    let mut reading = pool.acquire().await.doing("read without locks")?;
    let commands = commands(batch);
    let mut drops = load::lock_drops(&mut reading, &commands).await?;
    let tickets = commands.iter().map(|command| command.ticket_id.as_uuid()).collect();
    let existing = load::existing(&mut reading, tickets).await?;
    let now = load::time_under_locks(&mut reading).await?;
    let taken = take(batch, &mut drops, &existing, now);
    let fresh: Vec<_> = taken.records.iter().filter_map(|(_, fate)| fate.placed()).collect();
    load::lock_rooms(&mut reading, &mut drops, &fresh).await?;
    let placed = write::place(&drops, &taken);
    tokio::time::sleep(GAP).await;

    let mut tx = pool.begin().await.doing("begin half a batch")?;
    let mut done =
        BatchDone { n_taken: taken.records.len(), wait: taken.wait, ..BatchDone::default() };
    write::write_orders(&mut tx, &drops, &placed, now, &mut done).await?;
    write::store_pace(&mut tx, &drops).await?;
    done.next_offset = write::move_offset(&mut tx, batch, &taken).await?;
    tx.commit().await.doing("commit half a batch")?;
    let states = placed.iter().map(write::Placed::id_and_state).collect();
    report(&taken, &states, &mut done);
    Ok(done)
}

/// Moves the offset behind a batch before it is processed. For mutants in tests only.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn commit_offset_early(pool: &PgPool, batch: &OrderBatch) -> Result<(), DatabaseError> {
    let next_offset = batch.records.last().map_or(batch.expected_offset, |last| last.offset + 1);
    set_offset(pool, batch, next_offset).await
}

/// With the fingerprint of the record before it: without one the log would be taken for another
/// and read again from its start, which mends what the mutant broke.
async fn set_offset(
    pool: &PgPool,
    batch: &OrderBatch,
    next_offset: i64,
) -> Result<(), DatabaseError> {
    let before = batch.records.iter().find(|record| record.offset + 1 == next_offset);
    sqlx::query(
        "update consumer_offsets set next_offset = $3, fingerprint = coalesce($4, fingerprint)
         where topic = $1 and partition = $2",
    )
    .bind(&batch.topic)
    .bind(batch.partition)
    .bind(next_offset)
    .bind(before.map(|record| &record.fingerprint))
    .execute(pool)
    .await
    .doing("set the offset of a partition")?;
    Ok(())
}
