//! The processes of the workers: their roles, and what each has in hand.

use crate::{DatabaseError, Doing};
use shared::ids::DropId;
use sqlx::PgPool;

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
