//! The order batch as the worker runs it, by one client.

use super::fixture::Product;
use anyhow::bail;
use database::ordering::order_batch::{
    BatchOutcome, BatchRecord, OrderBatch, RecordContent, process,
};
use shared::{
    credentials::Mac,
    ids::{DropId, ShopperId, TicketId, VariantId},
    messages::PlaceOrder,
    tickets::{Epoch, Lane, Score},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// Commits batches for this long and gives the orders placed.
pub(super) async fn batches(
    product: &Product,
    size: usize,
    time: Duration,
) -> anyhow::Result<usize> {
    let mut next: i64 = sqlx::query_scalar("select next_offset from consumer_offsets")
        .fetch_one(&product.pool)
        .await?;
    let (deadline, mut placed) = (Instant::now() + time, 0);
    while Instant::now() < deadline {
        match process(&product.pool, Arc::new(batch(product, next, size))).await? {
            BatchOutcome::Done(done) => {
                placed += done.n_placed;
                next = done.next_offset;
                if let Some(wait) = done.wait {
                    tokio::time::sleep(wait).await;
                }
            }
            BatchOutcome::Late => bail!("somebody else moved the offset"),
        }
    }
    Ok(placed)
}

fn batch(product: &Product, next: i64, size: usize) -> OrderBatch {
    let record = |offset| BatchRecord {
        offset,
        fingerprint: vec![0; 32],
        payload: Vec::new(),
        content: RecordContent::Command(command(product, offset)),
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

fn command(product: &Product, number: i64) -> PlaceOrder {
    PlaceOrder {
        ticket_id: TicketId::generate(),
        drop_id: DropId::from_uuid(product.drop_id),
        shopper_id: ShopperId::generate(),
        lane: Lane(0),
        variant_id: VariantId::from_uuid(product.variant_id),
        units: 1,
        epoch: Epoch(1),
        score: Score::new(Epoch(1), number.unsigned_abs() + 1),
        admitted_at_us: 1_700_000_000_000_000,
        mac: Mac::default(),
    }
}
