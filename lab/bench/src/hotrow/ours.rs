//! The order batch as the worker runs it, by one client.

use super::fixture::BenchDrop;
use anyhow::bail;
use database::ordering::order_batch::{
    BatchOutcome, BatchRecord, OrderBatch, RecordContent, process,
};
use shared::{
    ids::ShopperId,
    line::{Epoch, Score},
    messages::PlaceOrder,
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// Commits batches for this long. Returns the orders placed.
pub(super) async fn batches(
    bench_drop: &BenchDrop,
    size: usize,
    time: Duration,
) -> anyhow::Result<usize> {
    let mut next: i64 = sqlx::query_scalar("select next_offset from consumer_offsets")
        .fetch_one(&bench_drop.pool)
        .await?;
    let (deadline, mut n_placed) = (Instant::now() + time, 0);
    while Instant::now() < deadline {
        match process(&bench_drop.pool, Arc::new(batch(bench_drop, next, size))).await? {
            BatchOutcome::Done(done) => {
                n_placed += done.n_placed;
                next = done.next_offset;
                if let Some(wait) = done.wait {
                    tokio::time::sleep(wait).await;
                }
            }
            BatchOutcome::Late => bail!("somebody else moved the offset"),
        }
    }
    Ok(n_placed)
}

fn batch(bench_drop: &BenchDrop, next: i64, size: usize) -> OrderBatch {
    let record = |offset| BatchRecord {
        offset,
        fingerprint: vec![0; 32],
        payload: Vec::new(),
        content: RecordContent::Command(command(bench_drop, offset)),
    };
    OrderBatch {
        topic: "order-commands".into(),
        partition: 0,
        generation: 1,
        expected_offset: next,
        owner: "bench".into(),
        records: (next..next + size as i64).map(record).collect(),
    }
}

fn command(bench_drop: &BenchDrop, offset: i64) -> PlaceOrder {
    PlaceOrder {
        score: Score::new(Epoch(1), offset.unsigned_abs() + 1),
        ..bench_drop.stored.command(ShopperId::generate(), 1)
    }
}
