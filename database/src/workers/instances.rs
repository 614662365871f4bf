//! The processes of the workers: their roles, and what each has in hand.

use crate::{DatabaseError, Doing};
use shared::ids::DropId;
use sqlx::PgPool;
use std::collections::BTreeMap;

/// A role that a process runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningRole {
    /// The worker process.
    pub instance: String,
    /// The role within it, such as `drain`.
    pub role: String,
    /// How long ago its last sign of life was, in milliseconds.
    pub age_ms: i64,
    /// How many pieces of work it has in hand, of a role that is divided among instances.
    pub n_pieces: i64,
    /// The drops that these are about, in the order of their ids; none where one piece is all there is.
    pub drops: Vec<DropId>,
}

/// Which of the roles that move a drop have it in hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AtWork {
    /// The one that lets people in.
    pub drain: bool,
    /// The one that places the orders of its partition.
    pub orders: bool,
}

/// Lists the roles that gave a sign of life within the last hour, by instance and role. One that has been
/// silent for ten seconds has nothing in hand: others have its locks by then.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn list(pool: &PgPool) -> Result<Vec<RunningRole>, DatabaseError> {
    sqlx::query_as!(
        RunningRole,
        r#"select h.instance as "instance!", h.role as "role!",
             (extract(epoch from now() - h.beat_at) * 1000)::bigint as "age_ms!",
             coalesce(cardinality(w.keys), 0)::bigint as "n_pieces!",
             array(
                 select d.id from unnest(w.keys) as held (key)
                 join drops d on held.key = case h.role when 'orders' then d.partition::text
                     else d.id::text end
                 where d.state in ('scheduled', 'open') or d.epoch_state <> 'none'
                 order by d.id) as "drops!: Vec<DropId>"
         from heartbeats h
         left join owned_work w on w.instance = h.instance and w.role = h.role
             and h.beat_at > now() - interval '10 seconds'
         where h.beat_at > now() - interval '1 hour' and h.role not like 'provider_%'
         order by h.instance, h.role"#
    )
    .fetch_all(pool)
    .await
    .doing("list the workers")
}

/// Tells which roles have these drops in hand, at an instance that gave a sign of life within the last ten
/// seconds. A drop that is not there is left out.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn at_work(
    pool: &PgPool,
    drop_ids: &[DropId],
) -> Result<BTreeMap<DropId, AtWork>, DatabaseError> {
    let rows = sqlx::query!(
        r#"select d.id as "drop_id!: DropId",
             exists (
                 select from owned_work w join heartbeats h using (instance, role)
                 where role = 'drain' and d.id::text = any(w.keys)
                     and h.beat_at > now() - interval '10 seconds') as "drain!",
             exists (
                 select from owned_work w join heartbeats h using (instance, role)
                 where role = 'orders' and d.partition::text = any(w.keys)
                     and h.beat_at > now() - interval '10 seconds') as "orders!"
         from drops d where d.id = any($1)"#,
        drop_ids as &[DropId],
    )
    .fetch_all(pool)
    .await
    .doing("look who works on drops")?;
    let found = rows.into_iter().map(|row| {
        let at_work = AtWork { drain: row.drain, orders: row.orders };
        (row.drop_id, at_work)
    });
    Ok(found.collect())
}
