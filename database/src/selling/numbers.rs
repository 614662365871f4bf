//! Live numbers of a drop, and of the whole installation.

use crate::{DatabaseError, Doing};
use jiff::Timestamp;
use shared::ids::{DropId, SellerId};
use sqlx::{FromRow, PgPool, Row, postgres::PgRow, types::Json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// How a drop sells.
#[derive(Clone, Debug)]
pub struct DropNumbers {
    /// Units given to it.
    pub units_total: i64,
    /// Units that are free.
    pub units_available: i64,
    /// Units held for orders.
    pub units_reserved: i64,
    /// Units of confirmed orders.
    pub units_sold: i64,
    /// Price of all confirmed orders, minor units.
    pub revenue_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// How many orders are in each state.
    pub orders: BTreeMap<String, i64>,
}

impl FromRow<'_, PgRow> for DropNumbers {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            units_total: row.try_get("total")?,
            units_available: row.try_get("available")?,
            units_reserved: row.try_get("reserved")?,
            units_sold: row.try_get("sold")?,
            revenue_minor: row.try_get("revenue_minor")?,
            currency: row.try_get("currency")?,
            orders: row.try_get::<Json<_>, _>("orders")?.0,
        })
    }
}

/// Counts what a seller's drop has sold; one statement, so that the sums fit together.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn of_drop(
    pool: &PgPool,
    seller_id: SellerId,
    drop_id: DropId,
) -> Result<Option<DropNumbers>, DatabaseError> {
    sqlx::query_as(
        "with states as (
             select state, count(*) as n, sum(amount_minor) as amount_minor
             from orders where drop_id = $2 and seller_id = $1 group by state)
         select sum(i.total)::bigint as total, sum(i.available)::bigint as available,
             sum(i.reserved)::bigint as reserved, sum(i.sold)::bigint as sold,
             min(v.currency) as currency,
             coalesce((select amount_minor from states where state = 'confirmed'), 0)::bigint
                 as revenue_minor,
             coalesce((select json_object_agg(state, n) from states), '{}') as orders
         from inventory i join variants v on v.id = i.variant_id
         where i.drop_id = $2 and i.seller_id = $1
         having count(*) > 0",
    )
    .bind(seller_id.as_uuid())
    .bind(drop_id.as_uuid())
    .fetch_optional(pool)
    .await
    .doing("count a drop's sales")
}

/// How the workers are doing.
#[derive(Clone, Debug)]
pub struct WorkersView {
    /// Drops whose lines move.
    pub open_drops: i64,
    /// Events that are not published yet.
    pub outbox_waiting: i64,
    /// Records that could not be understood.
    pub dead_letters: i64,
    /// Calls to the provider without a clear answer.
    pub payments_unknown: i64,
    /// Who was last heard of, and how long ago.
    pub heartbeats: Vec<Heartbeat>,
}

/// A role of a worker.
#[derive(Clone, Debug, serde::Deserialize)]
pub struct Heartbeat {
    /// The process.
    pub instance: String,
    /// Its role.
    pub role: String,
    /// How long ago it was heard of, milliseconds.
    pub age_ms: i64,
}

impl FromRow<'_, PgRow> for WorkersView {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            open_drops: row.try_get("open_drops")?,
            outbox_waiting: row.try_get("outbox_waiting")?,
            dead_letters: row.try_get("dead_letters")?,
            payments_unknown: row.try_get("payments_unknown")?,
            heartbeats: row.try_get::<Json<_>, _>("heartbeats")?.0,
        })
    }
}

/// Looks at the workers' traces. Those who have been silent for an hour are forgotten.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn of_workers(pool: &PgPool) -> Result<WorkersView, DatabaseError> {
    sqlx::query_as(
        "select (select count(*) from drops where state = 'open') as open_drops,
             (select count(*) from outbox where published_at is null) as outbox_waiting,
             (select count(*) from dead_letters) as dead_letters,
             (select count(*) from payments where status = 'unknown') as payments_unknown,
             coalesce((
                 select json_agg(json_build_object('instance', instance, 'role', role, 'age_ms',
                     (extract(epoch from now() - beat_at) * 1000)::bigint) order by role, instance)
                 from heartbeats where beat_at > now() - interval '1 hour'), '[]') as heartbeats",
    )
    .fetch_one(pool)
    .await
    .doing("look at the workers")
}

/// A record that could not be understood.
#[derive(Clone, Debug)]
pub struct DeadLetterView {
    /// Its id.
    pub id: Uuid,
    /// Topic it was read from.
    pub topic: String,
    /// Partition it was read from.
    pub partition: i32,
    /// Offset it was read at.
    pub log_offset: i64,
    /// The drop, if that much could be read.
    pub drop_id: Option<Uuid>,
    /// The order, if that much could be read.
    pub order_id: Option<Uuid>,
    /// Stable code of the reason.
    pub reason: String,
    /// The reason in words.
    pub detail: String,
    /// How many bytes it has.
    pub n_bytes: i32,
    /// When it was put aside.
    pub created_at: Timestamp,
}

impl FromRow<'_, PgRow> for DeadLetterView {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            topic: row.try_get("topic")?,
            partition: row.try_get("partition")?,
            log_offset: row.try_get("log_offset")?,
            drop_id: row.try_get("drop_id")?,
            order_id: row.try_get("order_id")?,
            reason: row.try_get("reason")?,
            detail: row.try_get("detail")?,
            n_bytes: row.try_get("n_bytes")?,
            created_at: row.try_get::<jiff_sqlx::Timestamp, _>("created_at")?.to_jiff(),
        })
    }
}

/// Reads records that could not be understood, from below `before`.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn list_dead_letters(
    pool: &PgPool,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<DeadLetterView>, DatabaseError> {
    sqlx::query_as(
        "select id, topic, partition, log_offset, drop_id, order_id, reason, detail,
             length(payload) as n_bytes, created_at
         from dead_letters where ($1::uuid is null or id < $1) order by id desc limit $2",
    )
    .bind(before)
    .bind(limit)
    .fetch_all(pool)
    .await
    .doing("list dead letters")
}
