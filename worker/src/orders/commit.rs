//! The batch's transaction, tried until it is certain.
//!
//! A record ends as a dead letter only when it is to blame: Postgres refuses what the record says,
//! and it does so when the record comes alone. Every other failure is trouble of the database. It
//! stalls the partition until it is over, so that no order dies of a missing column, a lost grant
//! or a server that is away.

use super::{read_position::ReadPosition, stall::Stall, understand};
use crate::{app::App, causes::with_causes};
use database::{
    DatabaseError,
    ordering::order_batch::{self, BatchDone, BatchOutcome, BatchRecord, OrderBatch},
};
use shared::telemetry::{CounterName, HistogramName};
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// Commits records at one position.
pub(super) struct Committer<'a> {
    pub(super) app: &'a App,
    pub(super) position: ReadPosition,
    pub(super) stall: &'a mut Stall,
    pub(super) stop: &'a CancellationToken,
}

impl Committer<'_> {
    /// Commits records in order and returns what was done; `None` when another processor was
    /// faster or the process stops.
    ///
    /// While one of them is to blame, half of them are tried, until it is first and alone. Those
    /// that were left off come with the next call.
    ///
    /// # Errors
    ///
    /// Returns [`DatabaseError`] when even the dead letter of a record is blamed on the record.
    pub(super) async fn commit(
        &mut self,
        records: &[BatchRecord],
    ) -> Result<Option<BatchDone>, DatabaseError> {
        let mut n_records = records.len();
        loop {
            let error = match self.insist(records[..n_records].to_vec()).await {
                Err(error) => error,
                outcome => return outcome,
            };
            if n_records <= 1 {
                return self.put_aside(&records[0], error).await;
            }
            let ReadPosition { partition, next_offset: offset, .. } = self.position;
            let error = with_causes(error);
            tracing::warn!(
                partition,
                offset,
                n_records,
                error,
                "could not commit {n_records} records at {partition}/{offset}; trying half of them"
            );
            n_records /= 2;
        }
    }

    /// Makes a record a dead letter. Its order ends as `dead`, unless that fails the same way.
    async fn put_aside(
        &mut self,
        record: &BatchRecord,
        error: DatabaseError,
    ) -> Result<Option<BatchDone>, DatabaseError> {
        let (partition, offset, detail) =
            (self.position.partition, record.offset, with_causes(error));
        tracing::error!(
            partition,
            offset,
            error = detail,
            "record {partition}/{offset} fails each time; putting it aside as a dead letter"
        );
        let dead = understand::failed(record.clone(), detail.clone());
        match self.insist(vec![dead]).await {
            Err(_) => {
                let letter = understand::failed_without_order(record.clone(), detail);
                self.insist(vec![letter]).await
            }
            outcome => outcome,
        }
    }

    /// Tries until the records are committed or one of them is to blame.
    async fn insist(
        &mut self,
        records: Vec<BatchRecord>,
    ) -> Result<Option<BatchDone>, DatabaseError> {
        let batch = Arc::new(self.batch(records));
        loop {
            let started = Instant::now();
            let error = match order_batch::process(&self.app.pool, Arc::clone(&batch)).await {
                Ok(BatchOutcome::Done(done)) => {
                    self.app.postgres_retries.note(true);
                    self.stall.end();
                    measure(&done, started.elapsed());
                    return Ok(Some(done));
                }
                Ok(BatchOutcome::Late) => return Ok(None),
                Err(error) if error.blames_the_record() => return Err(error),
                Err(error) => error,
            };
            self.app.postgres_retries.note(false);
            let pause = self.stall.report(error);
            let waiting = async {
                sleep(pause).await;
                self.app.postgres_retries.turn().await;
            };
            if self.stop.run_until_cancelled(waiting).await.is_none() {
                return Ok(None);
            }
        }
    }

    fn batch(&self, records: Vec<BatchRecord>) -> OrderBatch {
        OrderBatch {
            topic: self.app.topics.order_commands.clone(),
            partition: self.position.partition,
            generation: self.position.generation,
            expected_offset: self.position.next_offset,
            owner: self.app.instance.to_string(),
            records,
        }
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
