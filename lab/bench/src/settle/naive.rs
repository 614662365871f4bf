//! One transaction per capture, by several clients.

use super::fixture::BenchDatabase;
use anyhow::Context as _;
use database::PgPool;
use serde_json::json;
use shared::ids::{DropId, OrderId, PaymentId, VariantId};
use sqlx::{Postgres, Transaction, types::Uuid};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

/// Writes orders that are being captured. Returns their captures.
pub(super) async fn make_ready(
    database: &BenchDatabase,
    n: usize,
) -> anyhow::Result<Vec<PaymentId>> {
    let orders: Vec<OrderId> = (0..n).map(|_| OrderId::generate()).collect();
    let captures: Vec<PaymentId> = (0..n).map(|_| PaymentId::generate()).collect();
    let mut tx = database.pool.begin().await?;
    for sql in [
        "insert into naive_orders (id, drop_id, shopper_id, variant_id, units, amount_minor,
             currency, state, sequence)
         select o, $3, gen_random_uuid(), $4, 1, 1500, 'KRW', 'capturing', 4
         from unnest($1::uuid[], $2::uuid[]) r (o, p)",
        "insert into naive_holds (order_id, drop_id, variant_id, units, state, expires_at)
         select o, $3, $4, 1, 'capturing', now() + interval '5 minutes'
         from unnest($1::uuid[], $2::uuid[]) r (o, p)",
        "insert into naive_payments (id, order_id, kind, idempotency_key, amount_minor, currency,
             payment_method, provider_id, next_call_at)
         select p, o, 'capture', o || ':capture:1', 1500, 'KRW', 'pm_card_approve', 'pay_' || o,
             now() + interval '1 hour'
         from unnest($1::uuid[], $2::uuid[]) r (o, p), naive_inventory
         where drop_id = $3 and variant_id = $4",
        "update naive_inventory set available = available - cardinality($1::uuid[]),
             reserved = reserved + cardinality($2::uuid[]), version = version + 1
         where drop_id = $3 and variant_id = $4",
    ] {
        sqlx::query(sql)
            .bind(&orders)
            .bind(&captures)
            .bind(database.stored.drop_id)
            .bind(database.stored.variant_id)
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    database.analyze().await?;
    Ok(captures)
}

/// Settles captures until the time is up. Returns how many.
pub(super) async fn settle(
    pool: &PgPool,
    captures: Vec<PaymentId>,
    n_clients: usize,
    time: Duration,
) -> anyhow::Result<usize> {
    let (deadline, mut tasks) = (Instant::now() + time, JoinSet::new());
    let (captures, next) = (Arc::new(captures), Arc::new(AtomicUsize::new(0)));
    for _ in 0..n_clients {
        let (pool, captures, next) = (pool.clone(), Arc::clone(&captures), Arc::clone(&next));
        tasks.spawn(async move {
            let mut n_settled = 0;
            while Instant::now() < deadline
                && let Some(id) = captures.get(next.fetch_add(1, Ordering::Relaxed))
            {
                let mut tx = pool.begin().await?;
                captured(&mut tx, *id).await?;
                tx.commit().await?;
                n_settled += 1;
            }
            anyhow::Ok(n_settled)
        });
    }
    let mut total = 0;
    while let Some(client) = tasks.join_next().await {
        total += client??;
    }
    Ok(total)
}

type Tx<'a> = Transaction<'a, Postgres>;

/// What an order and its capture are for.
struct Capture {
    id: PaymentId,
    order_id: OrderId,
    drop_id: DropId,
    variant_id: VariantId,
    amount_minor: i64,
}

async fn captured(tx: &mut Tx<'_>, id: PaymentId) -> anyhow::Result<()> {
    let capture = lock(tx, id).await?;
    sqlx::query(
        "update naive_payments set status = 'succeeded', claimed_until = null,
             updated_at = clock_timestamp() where id = $1",
    )
    .bind(id)
    .execute(&mut **tx)
    .await?;
    book(tx, &capture).await?;
    sqlx::query(
        "update naive_holds set state = 'sold', updated_at = clock_timestamp()
         where order_id = $1 and state = 'capturing'",
    )
    .bind(capture.order_id)
    .execute(&mut **tx)
    .await?;
    let _is_cancelled: bool =
        sqlx::query_scalar("select state = 'cancelled' from naive_drops where id = $1")
            .bind(capture.drop_id)
            .fetch_one(&mut **tx)
            .await?;
    sell(tx, &capture).await?;
    confirm(tx, &capture).await
}

/// Locks the order, then the payment.
async fn lock(tx: &mut Tx<'_>, id: PaymentId) -> anyhow::Result<Capture> {
    let order_id: OrderId = sqlx::query_scalar("select order_id from naive_payments where id = $1")
        .bind(id)
        .fetch_one(&mut **tx)
        .await?;
    let (drop_id, variant_id, amount_minor): (DropId, VariantId, i64) = sqlx::query_as(
        "select drop_id, variant_id, amount_minor from naive_orders where id = $1
         for no key update",
    )
    .bind(order_id)
    .fetch_one(&mut **tx)
    .await?;
    sqlx::query_scalar::<_, PaymentId>(
        "select id from naive_payments where id = $1 and status in ('pending', 'unknown')
         for update",
    )
    .bind(id)
    .fetch_optional(&mut **tx)
    .await?
    .context("a capture that is settled already")?;
    Ok(Capture { id, order_id, drop_id, variant_id, amount_minor })
}

async fn book(tx: &mut Tx<'_>, capture: &Capture) -> anyhow::Result<()> {
    sqlx::query(
        "insert into naive_ledger
             (transaction_id, order_id, payment_id, account, amount_minor, currency)
         values ($1, $2, $3, 'provider', $4, 'KRW'), ($1, $2, $3, 'seller', -$4, 'KRW')",
    )
    .bind(Uuid::now_v7())
    .bind(capture.order_id)
    .bind(capture.id)
    .bind(capture.amount_minor)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Moves the unit from the reserved to the sold ones.
async fn sell(tx: &mut Tx<'_>, capture: &Capture) -> anyhow::Result<()> {
    sqlx::query(
        "select 1 from naive_inventory where drop_id = $1 and variant_id = $2
         for no key update",
    )
    .bind(capture.drop_id)
    .bind(capture.variant_id)
    .execute(&mut **tx)
    .await?;
    let version: i64 = sqlx::query_scalar(
        "update naive_inventory set reserved = reserved - 1, sold = sold + 1,
             version = version + 1 where drop_id = $1 and variant_id = $2 returning version",
    )
    .bind(capture.drop_id)
    .bind(capture.variant_id)
    .fetch_one(&mut **tx)
    .await?;
    sqlx::query(
        "insert into naive_moves
             (drop_id, variant_id, order_id, kind, d_available, d_reserved, d_sold, version)
         values ($1, $2, $3, 'sell', 0, -1, 1, $4)",
    )
    .bind(capture.drop_id)
    .bind(capture.variant_id)
    .bind(capture.order_id)
    .bind(version)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Ends the order, and tells of it.
async fn confirm(tx: &mut Tx<'_>, capture: &Capture) -> anyhow::Result<()> {
    let order_id = capture.order_id;
    sqlx::query(
        "update naive_orders set state = 'confirmed', sequence = sequence + 1,
             updated_at = clock_timestamp() where id = $1",
    )
    .bind(order_id)
    .execute(&mut **tx)
    .await?;
    sqlx::query(
        "insert into naive_transitions (order_id, sequence, from_state, to_state, terminal)
         values ($1, 5, 'capturing', 'confirmed', true)",
    )
    .bind(order_id)
    .execute(&mut **tx)
    .await?;
    let event_id = Uuid::now_v7();
    let payload = json!({
        "version": "1", "event_id": event_id, "order_id": order_id, "sequence": 5,
        "drop_id": capture.drop_id, "seller_id": capture.drop_id,
        "variant_id": capture.variant_id, "units": 1, "amount_minor": capture.amount_minor,
        "currency": "KRW", "state": "confirmed", "reason": null, "at_us": 1_700_000_000_000_000_i64,
    });
    sqlx::query(
        "insert into naive_outbox (event_id, topic, key, aggregate, sequence, payload)
         values ($1, 'order-events', $2, $3, 5, $4::jsonb)",
    )
    .bind(event_id)
    .bind(order_id.to_string())
    .bind(order_id)
    .bind(payload.to_string())
    .execute(&mut **tx)
    .await?;
    Ok(())
}
