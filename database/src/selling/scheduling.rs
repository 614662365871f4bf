//! The life of a drop as the workers move it on: opened, ended, retired. Every change is a
//! compare-and-set on the state it leaves and writes its audit row in the same statement.

use crate::{DatabaseError, Doing};
use jiff::Timestamp;
use shared::{
    drops::{DropMode, DropState, Limits},
    ids::{DropId, VariantId},
    text_enum,
    tickets::Epoch,
};
use sqlx::{FromRow, PgPool, Row, postgres::PgRow};
use std::str::FromStr;
use uuid::Uuid;

/// How long before its opening a drop gets a partition and a room.
const AHEAD_SECONDS: f64 = 600.0;

text_enum! {
    /// What Postgres knows of a drop's line in Redis.
    EpochState {
        /// It has none, or none any more.
        None = "none",
        /// It is being built.
        Rebuilding = "rebuilding",
        /// It can be used.
        Open = "open",
    }
}

/// A drop that the workers look after.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveDrop {
    /// Its id.
    pub id: DropId,
    /// Where it is in its life.
    pub state: DropState,
    /// What the operator lets it do.
    pub mode: DropMode,
    /// The operator's words for those who wait.
    pub message: Option<String>,
    /// When it opens.
    pub opens_at: Timestamp,
    /// When it closes.
    pub closes_at: Option<Timestamp>,
    /// How fast it goes.
    pub limits: Limits,
    /// Raised with each change of limits, mode or message.
    pub limits_version: i64,
    /// Units of one ticket, at most.
    pub max_units_per_ticket: u32,
    /// Its partition of `queue-events` and `order-commands`.
    pub partition: i32,
    /// Generation of its line in Redis.
    pub epoch: Epoch,
    /// Whether that line can be used.
    pub epoch_state: EpochState,
    /// Where the drop's own room events begin: generation and offset.
    pub events_start: (i64, i64),
    /// What it sells.
    pub variants: Vec<VariantId>,
}

impl FromRow<'_, PgRow> for LiveDrop {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let time = |name: &str| -> Result<Option<Timestamp>, sqlx::Error> {
            let time: Option<jiff_sqlx::Timestamp> = row.try_get(name)?;
            Ok(time.map(jiff_sqlx::Timestamp::to_jiff))
        };
        let variants: Vec<Uuid> = row.try_get("variants")?;
        let count = |name: &str| Ok::<_, sqlx::Error>(row.try_get::<i32, _>(name)?.cast_unsigned());
        Ok(Self {
            id: DropId::from_uuid(row.try_get("id")?),
            state: text(row, "state")?,
            mode: text(row, "mode")?,
            message: row.try_get("message")?,
            opens_at: time("opens_at")?.unwrap_or(Timestamp::MAX),
            closes_at: time("closes_at")?,
            limits: Limits {
                admission_rate_per_second: row.try_get("admission_rate_per_second")?,
                occupancy_cap: count("occupancy_cap")?,
                order_rate_per_second: row.try_get("order_rate_per_second")?,
            },
            limits_version: row.try_get("limits_version")?,
            max_units_per_ticket: count("max_units_per_ticket")?,
            partition: row.try_get("partition")?,
            epoch: Epoch(count("epoch")?),
            epoch_state: text(row, "epoch_state")?,
            events_start: (
                row.try_get("events_start_generation")?,
                row.try_get("events_start_offset")?,
            ),
            variants: variants.into_iter().map(VariantId::from_uuid).collect(),
        })
    }
}

fn text<T: FromStr>(row: &PgRow, name: &str) -> Result<T, sqlx::Error>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    let text: String = row.try_get(name)?;
    text.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))
}

/// Lists the drops that have a partition and are about to open, open, or over with a line that is
/// not empty yet.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn live_drops(pool: &PgPool) -> Result<Vec<LiveDrop>, DatabaseError> {
    read(pool, None).await
}

/// Looks up one of the [`live_drops`].
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn live_drop(pool: &PgPool, drop_id: DropId) -> Result<Option<LiveDrop>, DatabaseError> {
    Ok(read(pool, Some(drop_id)).await?.pop())
}

async fn read(pool: &PgPool, drop_id: Option<DropId>) -> Result<Vec<LiveDrop>, DatabaseError> {
    sqlx::query_as(
        "select d.id, d.state, d.mode, d.message, d.opens_at, d.closes_at,
             d.admission_rate_per_second, d.occupancy_cap, d.order_rate_per_second,
             d.limits_version, d.max_units_per_ticket, d.partition, d.epoch, d.epoch_state,
             d.events_start_generation, d.events_start_offset,
             array(select i.variant_id from inventory i where i.drop_id = d.id
                   order by i.variant_id) as variants
         from drops d
         where d.partition is not null and ($1::uuid is null or d.id = $1)
             and (d.state in ('scheduled', 'open') or d.epoch_state <> 'none')
         order by d.id",
    )
    .bind(drop_id.map(|id| id.as_uuid()))
    .fetch_all(pool)
    .await
    .doing("read live drops")
}

/// Gives each drop that is about to open the partition that the fewest live drops have. Gives
/// how many got one.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn assign_partitions(pool: &PgPool, partitions: u16) -> Result<u64, DatabaseError> {
    let mut count = 0;
    loop {
        let assigned = sqlx::query(
            // The lock makes two schedulers count one after the other.
            "with lock as materialized (select pg_advisory_xact_lock(hashtext('partitions'))),
             next as (
                 select id from drops, lock
                 where partition is null and (state = 'open' or state = 'scheduled'
                     and opens_at <= now() + make_interval(secs => $2))
                 order by opens_at, id limit 1 for update of drops skip locked),
             free as (
                 select n from generate_series(0, $1::int - 1) n
                 left join drops d on d.partition = n
                     and (d.state in ('scheduled', 'open') or d.epoch_state <> 'none')
                 group by n order by count(d.id), n limit 1)
             update drops set partition = free.n from next, free
             where drops.id = next.id and drops.partition is null",
        )
        .bind(i32::from(partitions))
        .bind(AHEAD_SECONDS)
        .execute(pool)
        .await
        .doing("assign a partition")?;
        if assigned.rows_affected() == 0 {
            return Ok(count);
        }
        count += assigned.rows_affected();
    }
}

/// Opens the drops whose time has come.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn open_due(pool: &PgPool) -> Result<Vec<DropId>, DatabaseError> {
    let opened: Vec<Uuid> = sqlx::query_scalar(
        "with opened as (
             update drops set state = 'open', version = version + 1
             where state = 'scheduled' and opens_at <= now()
                 and (closes_at is null or closes_at > now())
             returning id, seller_id),
         audited as (
             insert into audit_log (actor, action, drop_id, seller_id, old, new, why)
             select 'scheduler', 'drop.open', id, seller_id,
                 '{\"state\": \"scheduled\"}', '{\"state\": \"open\"}', 'its time came' from opened)
         select id from opened",
    )
    .fetch_all(pool)
    .await
    .doing("open drops")?;
    Ok(opened.into_iter().map(DropId::from_uuid).collect())
}

/// Ends the drops whose time is over, and those that have nothing left that could come back.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn end_due(pool: &PgPool) -> Result<Vec<(DropId, DropState)>, DatabaseError> {
    let ended: Vec<(Uuid, String)> = sqlx::query_as(
        "with due as (
             select id, state as old, case when closes_at <= now() then 'closed'
                 else 'sold_out' end as new
             from drops d
             where (state in ('scheduled', 'open') and closes_at <= now())
                 or (state = 'open' and not exists (
                     select from inventory i
                     where i.drop_id = d.id and (i.available > 0 or i.reserved > 0)))
             for update of d skip locked),
         ended as (
             update drops d set state = due.new, end_reason = due.new, ended_at = now(),
                 version = version + 1
             from due where d.id = due.id
             returning d.id, d.seller_id, due.old, due.new),
         audited as (
             insert into audit_log (actor, action, drop_id, seller_id, old, new, why)
             select 'scheduler', 'drop.end', id, seller_id, jsonb_build_object('state', old),
                 jsonb_build_object('state', new),
                 case new when 'closed' then 'its time was over' else 'nothing was left' end
             from ended)
         select id, new from ended",
    )
    .fetch_all(pool)
    .await
    .doing("end drops")?;
    ended
        .into_iter()
        .map(|(id, state)| Ok((DropId::from_uuid(id), crate::transaction::parse(&state)?)))
        .collect()
}

/// Retires an ended drop whose line is empty: gives its free units back to their variants and
/// frees its partition. `false` while orders of it go on, or the line has to be told of some.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn retire(pool: &PgPool, drop_id: DropId, epoch: Epoch) -> Result<bool, DatabaseError> {
    let retired = sqlx::query(
        "with retired as (
             update drops d set epoch_state = 'none', version = version + 1
             where id = $1 and epoch = $2 and epoch_state = 'open'
                 and state in ('sold_out', 'closed', 'cancelled')
                 and not exists (select from inventory where drop_id = $1 and reserved > 0)
                 and not exists (select from orders where drop_id = $1
                     and (not line_told or state in
                         ('reserved', 'authorizing', 'authorized', 'capturing')))
             returning id, seller_id, state),
         free as (
             select i.variant_id, i.available from inventory i join retired on i.drop_id = retired.id
             where i.available > 0 for update of i),
         emptied as (
             update inventory i set total = i.total - f.available, available = 0,
                 version = i.version + 1
             from free f where i.drop_id = $1 and i.variant_id = f.variant_id
             returning i.variant_id, f.available, i.version),
         moved as (
             insert into inventory_moves
                 (drop_id, variant_id, kind, d_available, d_reserved, d_sold, version)
             select $1, variant_id, 'give_back', -available, 0, 0, version from emptied),
         returned as (
             update variants v set stock = v.stock + e.available
             from emptied e where v.id = e.variant_id)
         insert into audit_log (actor, action, drop_id, seller_id, new, why)
         select 'scheduler', 'drop.retire', id, seller_id, jsonb_build_object('state', state,
             'units_given_back', (select coalesce(sum(available), 0) from emptied)),
             'everything of it is settled'
         from retired",
    )
    .bind(drop_id.as_uuid())
    .bind(epoch.0.cast_signed())
    .execute(pool)
    .await
    .doing("retire a drop")?;
    Ok(retired.rows_affected() == 1)
}

/// Notes that a role of a worker is alive.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn beat(pool: &PgPool, instance: &str, role: &str) -> Result<(), DatabaseError> {
    sqlx::query(
        "insert into heartbeats (instance, role) values ($1, $2)
         on conflict (instance, role) do update set beat_at = now()",
    )
    .bind(instance)
    .bind(role)
    .execute(pool)
    .await
    .doing("note a sign of life")?;
    Ok(())
}

/// Tells how long ago any worker of this role gave a sign of life, seconds.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn silence(pool: &PgPool, role: &str) -> Result<Option<f64>, DatabaseError> {
    sqlx::query_scalar(
        "select extract(epoch from now() - max(beat_at))::float8 from heartbeats where role = $1",
    )
    .bind(role)
    .fetch_one(pool)
    .await
    .doing("look for signs of life")
}
