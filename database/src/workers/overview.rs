//! What operators see of the workers.

use super::heartbeats::Heartbeat;
use crate::{DatabaseError, Doing};
use sqlx::{PgPool, types::Json};

/// How the workers are doing.
#[derive(Clone, Debug)]
pub struct WorkersView {
    /// Drops whose lines move.
    pub open_drops: i64,
    /// Events that are not published yet.
    pub outbox_waiting: i64,
    /// Records that could not be processed.
    pub dead_letters: i64,
    /// Calls to the provider without a clear answer.
    pub payments_unknown: i64,
    /// The last sign of life of each role, by role and instance.
    pub heartbeats: Vec<Heartbeat>,
}

/// Reads how the workers are doing. Roles that have been silent for an hour are left out.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn read(pool: &PgPool) -> Result<WorkersView, DatabaseError> {
    sqlx::query!(
        r#"select (select count(*) from drops where state = 'open') as "open_drops!",
             (select count(*) from outbox where published_at is null) as "outbox_waiting!",
             (select count(*) from dead_letters) as "dead_letters!",
             (select count(*) from payments where status = 'unknown') as "payments_unknown!",
             coalesce((
                 select json_agg(json_build_object('instance', instance, 'role', role, 'age_ms',
                     (extract(epoch from now() - beat_at) * 1000)::bigint) order by role, instance)
                 from heartbeats where beat_at > now() - interval '1 hour'), '[]')
                 as "heartbeats!: Json<Vec<Heartbeat>>""#
    )
    .map(|row| WorkersView {
        open_drops: row.open_drops,
        outbox_waiting: row.outbox_waiting,
        dead_letters: row.dead_letters,
        payments_unknown: row.payments_unknown,
        heartbeats: row.heartbeats.0,
    })
    .fetch_one(pool)
    .await
    .doing("look at the workers")
}
