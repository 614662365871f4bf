//! The provider's answers settled as the worker settles them, by one client.

use super::fixture::BenchDatabase;
use database::money::payments::{self, Answer, Conclusion};
use shared::ids::{OrderId, PaymentId};
use std::time::{Duration, Instant};

/// Writes orders that are being captured. Returns their captures.
pub(super) async fn make_ready(
    database: &BenchDatabase,
    n: usize,
) -> anyhow::Result<Vec<PaymentId>> {
    let mut captures = Vec::with_capacity(n);
    while captures.len() < n {
        captures.extend(write(database, (n - captures.len()).min(10_000)).await?);
    }
    database.analyze().await?;
    Ok(captures)
}

async fn write(database: &BenchDatabase, n: usize) -> anyhow::Result<Vec<PaymentId>> {
    let orders: Vec<OrderId> = (0..n).map(|_| OrderId::generate()).collect();
    let authorizations: Vec<PaymentId> = (0..n).map(|_| PaymentId::generate()).collect();
    let captures: Vec<PaymentId> = (0..n).map(|_| PaymentId::generate()).collect();
    let mut tx = database.pool.begin().await?;
    for sql in [
        "with stock as (
             update inventory set available = available - cardinality($1::uuid[]),
                 reserved = reserved + cardinality($1::uuid[]), version = version + 1
             where drop_id = $4 returning variant_id, version)
         insert into stock_moves
             (drop_id, variant_id, version, cause, d_available, d_reserved, d_sold)
         select $4, variant_id, version, 'place', -cardinality($1::uuid[]),
             cardinality($1::uuid[]), cardinality($2::uuid[]) - cardinality($3::uuid[])
         from stock",
        "insert into orders (id, drop_id, seller_id, shopper_id, variant_id, placed_by, score,
             amount_minor, admitted_at, processed_at, updated_at, units_asked, units_held,
             sequence, lane, is_only_one, currency, state)
         select o, i.drop_id, i.seller_id, gen_random_uuid(), i.variant_id, 0, 1, 1500, now(),
             now(), now(), 1, 1, 4, 0, true, 'KRW', 'capturing'
         from unnest($1::uuid[], $2::uuid[], $3::uuid[]) r (o, a, c)
         join inventory i on i.drop_id = $4",
        "insert into payments (id, order_id, drop_id, kind, amount_minor, currency,
             payment_method, provider_id, status)
         select a, o, $4, 'authorize', 1500, 'KRW', 'pm_card_approve', 'pay_' || o, 'succeeded'
         from unnest($1::uuid[], $2::uuid[], $3::uuid[]) r (o, a, c)",
        "insert into payments (id, order_id, drop_id, kind, source_id, amount_minor, currency,
             payment_method, provider_id)
         select c, o, $4, 'capture', a, 1500, 'KRW', 'pm_card_approve', 'pay_' || o
         from unnest($1::uuid[], $2::uuid[], $3::uuid[]) r (o, a, c)",
        "insert into payment_calls (payment_id, drop_id, due_at)
         select c, $4, now() + interval '1 hour'
         from unnest($1::uuid[], $2::uuid[], $3::uuid[]) r (o, a, c)",
    ] {
        sqlx::query(sql)
            .bind(&orders)
            .bind(&authorizations)
            .bind(&captures)
            .bind(database.stored.drop_id)
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    Ok(captures)
}

/// Settles captures in batches of this size until the time is up. Returns how many.
pub(super) async fn settle(
    database: &BenchDatabase,
    captures: &[PaymentId],
    size: usize,
    time: Duration,
) -> anyhow::Result<usize> {
    let (deadline, mut n_settled) = (Instant::now() + time, 0);
    for batch in captures.chunks(size) {
        if Instant::now() >= deadline {
            break;
        }
        let answers = batch.iter().map(|id| Answer {
            payment_id: *id,
            conclusion: Conclusion::Captured,
            ask_again_in: Duration::ZERO,
        });
        let outcome =
            payments::settle(&database.pool, database.stored.drop_id, answers.collect()).await?;
        n_settled += outcome.ended.len();
    }
    Ok(n_settled)
}
