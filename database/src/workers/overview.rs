//! What operators see of the workers.

use super::heartbeats::Heartbeat;
use crate::{DatabaseError, Doing};
use sqlx::{PgPool, types::Json};

/// How the workers are doing.
#[derive(Clone, Debug)]
pub struct WorkersView {
    /// Drops whose lines move.
    pub open_drops: i64,
    /// Journal rows whose events are not published yet.
    pub outbox_waiting: i64,
    /// Journal rows whose day has no partition of its own.
    pub journal_in_default: i64,
    /// Records that could not be processed.
    pub dead_letters: i64,
    /// Calls to the provider without a clear answer.
    pub payments_unknown: i64,
    /// Payments that a person must decide about.
    pub payments_to_review: i64,
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
             (select count(*) from pending where consumer = 'events') as "outbox_waiting!",
             (select count(*) from journal_default) as "journal_in_default!",
             (select count(*) from dead_letters) as "dead_letters!",
             (select count(*) from payment_calls c join payments p on p.id = c.payment_id
                 where p.status = 'unknown') as "payments_unknown!",
             (select count(*) from payments where status = 'needs_review')
                 as "payments_to_review!",
             coalesce((
                 select json_agg(json_build_object('instance', instance, 'role', role, 'age_ms',
                     (extract(epoch from now() - beat_at) * 1000)::bigint) order by role, instance)
                 from heartbeats where beat_at > now() - interval '1 hour'), '[]')
                 as "heartbeats!: Json<Vec<Heartbeat>>""#
    )
    .map(|row| WorkersView {
        open_drops: row.open_drops,
        outbox_waiting: row.outbox_waiting,
        journal_in_default: row.journal_in_default,
        dead_letters: row.dead_letters,
        payments_unknown: row.payments_unknown,
        payments_to_review: row.payments_to_review,
        heartbeats: row.heartbeats.0,
    })
    .fetch_one(pool)
    .await
    .doing("look at the workers")
}
