//! One transaction per order, by several clients.

use anyhow::ensure;
use database::PgPool;
use shared::ids::{OrderId, ShopperId};
use sqlx::{Postgres, Transaction};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// BEGIN, UPDATE, INSERT, COMMIT. Returns the orders placed.
pub(super) async fn few_rows(
    pool: &PgPool,
    n_clients: usize,
    time: Duration,
) -> anyhow::Result<usize> {
    race(pool, n_clients, time, false).await
}

/// The same with a row for every fact that ours keeps.
pub(super) async fn all_rows(
    pool: &PgPool,
    n_clients: usize,
    time: Duration,
) -> anyhow::Result<usize> {
    race(pool, n_clients, time, true).await
}

async fn race(
    pool: &PgPool,
    n_clients: usize,
    time: Duration,
    all_rows: bool,
) -> anyhow::Result<usize> {
    let (deadline, mut tasks) = (Instant::now() + time, JoinSet::new());
    for _ in 0..n_clients {
        let pool = pool.clone();
        tasks.spawn(async move {
            let mut n_orders = 0;
            while Instant::now() < deadline {
                let mut tx = pool.begin().await?;
                order(&mut tx, all_rows).await?;
                tx.commit().await?;
                n_orders += 1;
            }
            anyhow::Ok(n_orders)
        });
    }
    let mut total = 0;
    while let Some(client) = tasks.join_next().await {
        total += client??;
    }
    Ok(total)
}

async fn order(tx: &mut Transaction<'_, Postgres>, all_rows: bool) -> anyhow::Result<()> {
    let (order_id, buyer) = (OrderId::generate(), ShopperId::generate());
    let taken =
        sqlx::query("update naive_stock set stock = stock - 1 where sku = 1 and stock >= 1")
            .execute(&mut **tx)
            .await?;
    ensure!(taken.rows_affected() == 1, "sold out");
    sqlx::query("insert into naive_orders (id, sku, buyer, units) values ($1, 1, $2, 1)")
        .bind(order_id)
        .bind(buyer)
        .execute(&mut **tx)
        .await?;
    if all_rows { rest(tx, order_id, buyer).await } else { Ok(()) }
}

async fn rest(
    tx: &mut Transaction<'_, Postgres>,
    order_id: OrderId,
    buyer: ShopperId,
) -> anyhow::Result<()> {
    for sql in [
        "insert into naive_holds (order_id, drop_id, variant_id, units, state, expires_at)
         values ($1, $2, $2, 1, 'held', now() + interval '5 minutes')",
        "insert into naive_usage (drop_id, customer_key, units, max_units)
         values ($1, $2::text, 1, 1)",
        "insert into naive_moves (drop_id, variant_id, order_id, kind, d_available, d_reserved,
             d_sold, version) values ($2, $2, $1, 'reserve', -1, 1, 0, 1)",
        "insert into naive_transitions (order_id, sequence, from_state, to_state, terminal)
         values ($1, 1, 'admitted', coalesce('reserved', $2::text), false)",
        "insert into naive_outbox (event_id, topic, key, aggregate, sequence, payload)
         values ($1, 'order-events', $1::text, $1, 1, jsonb_build_object('event_id', $1,
             'order_id', $1, 'shopper', $2, 'state', 'reserved', 'units', 1,
             'amount_minor', 1500, 'currency', 'KRW'))",
    ] {
        sqlx::query(sql).bind(order_id).bind(buyer).execute(&mut **tx).await?;
    }
    Ok(())
}
