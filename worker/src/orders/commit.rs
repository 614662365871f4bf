//! The batch's transaction, tried until it is certain.

use super::understand;
use crate::{app::App, mutants};
use database::{
    DatabaseError,
    ordering::order_batch::{self, BatchDone, BatchOutcome, BatchRecord, OrderBatch},
};
use shared::telemetry::{CounterName, HistogramName};
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// Where a partition is read: the compare-and-set of each batch.
#[derive(Clone, Debug)]
pub struct Place {
    /// The partition.
    pub partition: i32,
    /// Generation of its log.
    pub generation: i64,
    /// The offset that Postgres has.
    pub next_offset: i64,
}

/// Commits records in order and gives what was done; `None` when another processor was faster or
/// the process stops.
///
/// Whatever Postgres cannot do now is tried again in place, so that nothing is ever put aside
/// because a server was away. Whatever it will never do is found record by record, and put aside.
///
/// # Errors
///
/// Returns [`DatabaseError`] when even putting a record aside fails for good.
pub async fn commit(
    app: &App,
    place: &Place,
    records: &[BatchRecord],
    stop: &CancellationToken,
) -> Result<Option<BatchDone>, DatabaseError> {
    match insist(app, place, records.to_vec(), stop).await {
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                partition = place.partition,
                offset = place.next_offset,
                "a batch cannot be committed; trying its first record alone"
            );
            commit_first(app, place, &records[0], stop).await
        }
        outcome => outcome,
    }
}

/// The first record alone; if that is the one, as a dead letter. The rest comes with the next
/// call.
async fn commit_first(
    app: &App,
    place: &Place,
    record: &BatchRecord,
    stop: &CancellationToken,
) -> Result<Option<BatchDone>, DatabaseError> {
    let error = match insist(app, place, vec![record.clone()], stop).await {
        Err(error) => error,
        outcome => return outcome,
    };
    let detail = error.to_string();
    let dead = understand::failed(record.clone(), detail.clone());
    match insist(app, place, vec![dead], stop).await {
        Err(_) => {
            let letter = understand::failed_without_order(record.clone(), detail);
            insist(app, place, vec![letter], stop).await
        }
        outcome => outcome,
    }
}

async fn insist(
    app: &App,
    place: &Place,
    records: Vec<BatchRecord>,
    stop: &CancellationToken,
) -> Result<Option<BatchDone>, DatabaseError> {
    let batch = Arc::new(batch(app, place, records));
    mutants::commit_offset_early(app, &batch).await?;
    let mut pause = FIRST_PAUSE;
    loop {
        let started = Instant::now();
        match order_batch::process(&app.pool, Arc::clone(&batch)).await {
            Ok(BatchOutcome::Done(done)) => {
                measure(&done, started.elapsed());
                return Ok(Some(done));
            }
            Ok(BatchOutcome::Late) => return Ok(None),
            Err(error) if error.is_transient() => {
                let shown = &error as &dyn std::error::Error;
                tracing::warn!(
                    error = shown,
                    partition = place.partition,
                    "orders wait for Postgres"
                );
            }
            Err(error) => return Err(error),
        }
        tokio::select! {
            () = stop.cancelled() => return Ok(None),
            () = tokio::time::sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
        }
    }
}

fn batch(app: &App, place: &Place, records: Vec<BatchRecord>) -> OrderBatch {
    OrderBatch {
        topic: app.topics.order_commands.clone(),
        partition: place.partition,
        generation: place.generation,
        expected_offset: place.next_offset,
        owner: app.instance.to_string(),
        records,
    }
}

fn measure(done: &BatchDone, took: Duration) {
    if done.n_taken == 0 {
        return;
    }
    CounterName::CommandsProcessed.get().increment(done.n_placed as u64);
    CounterName::DeadLetters.get().increment(done.n_dead as u64);
    HistogramName::BatchSeconds.get().record(took.as_secs_f64());
    HistogramName::BatchOrders.get().record(done.n_placed as f64);
}
