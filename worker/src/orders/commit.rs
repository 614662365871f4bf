//! The batch's transaction, tried until it is certain.

use super::{read_position::ReadPosition, understand};
use crate::{app::App, causes::with_causes};
use backon::{BackoffBuilder as _, ExponentialBuilder};
use database::{
    DatabaseError,
    ordering::order_batch::{self, BatchDone, BatchOutcome, BatchRecord, OrderBatch},
};
use shared::telemetry::{CounterName, HistogramName};
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// Pauses between two tries while Postgres is away.
const PAUSES: ExponentialBuilder = ExponentialBuilder::new()
    .with_min_delay(Duration::from_millis(50))
    .with_max_delay(Duration::from_secs(2))
    .without_max_times();

/// Commits records in order and returns what was done; `None` when another processor was faster
/// or the process stops.
///
/// Whatever Postgres cannot do now is tried again on the spot, so that nothing is ever put aside
/// because a server was away. Whatever it will never do is found record by record, and put aside;
/// only when even that fails for good is there an error.
pub(super) async fn commit(
    app: &App,
    position: &ReadPosition,
    records: &[BatchRecord],
    stop: &CancellationToken,
) -> Result<Option<BatchDone>, DatabaseError> {
    match insist(app, position, records.to_vec(), stop).await {
        Err(error) => {
            let ReadPosition { partition, next_offset: offset, .. } = *position;
            let error = with_causes(error);
            tracing::error!(
                partition,
                offset,
                error,
                "could not commit a batch at {partition}/{offset}; trying its first record alone"
            );
            commit_first(app, position, &records[0], stop).await
        }
        outcome => outcome,
    }
}

/// The first record alone; if that is the one, as a dead letter. The rest comes with the next
/// call.
async fn commit_first(
    app: &App,
    position: &ReadPosition,
    record: &BatchRecord,
    stop: &CancellationToken,
) -> Result<Option<BatchDone>, DatabaseError> {
    let error = match insist(app, position, vec![record.clone()], stop).await {
        Err(error) => error,
        outcome => return outcome,
    };
    let detail = error.to_string();
    let dead = understand::failed(record.clone(), detail.clone());
    match insist(app, position, vec![dead], stop).await {
        Err(_) => {
            let letter = understand::failed_without_order(record.clone(), detail);
            insist(app, position, vec![letter], stop).await
        }
        outcome => outcome,
    }
}

async fn insist(
    app: &App,
    position: &ReadPosition,
    records: Vec<BatchRecord>,
    stop: &CancellationToken,
) -> Result<Option<BatchDone>, DatabaseError> {
    let partition = position.partition;
    let batch = Arc::new(batch(app, position, records));
    for pause in PAUSES.build() {
        let started = Instant::now();
        match order_batch::process(&app.pool, Arc::clone(&batch)).await {
            Ok(BatchOutcome::Done(done)) => {
                measure(&done, started.elapsed());
                return Ok(Some(done));
            }
            Ok(BatchOutcome::Late) => return Ok(None),
            Err(error) if error.is_transient() => {
                let error = with_causes(error);
                tracing::warn!(partition, error, "could not commit a batch; trying again");
            }
            Err(error) => return Err(error),
        }
        if stop.run_until_cancelled(sleep(pause)).await.is_none() {
            break;
        }
    }
    Ok(None)
}

fn batch(app: &App, position: &ReadPosition, records: Vec<BatchRecord>) -> OrderBatch {
    OrderBatch {
        topic: app.topics.order_commands.clone(),
        partition: position.partition,
        generation: position.generation,
        expected_offset: position.next_offset,
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
