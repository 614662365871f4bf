//! Sessions that were ended before their time, and how a process hears of them.
//!
//! A row says up to which moment what a shopper's sessions began is over. Rows are read again for a
//! while after they were written: one that committed late must not be passed over.

use crate::{
    DatabaseError, Doing,
    people::audit::{self, AuditEntry},
};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde_json::json;
use shared::{credentials::EndedSessions, ids::ShopperId, telemetry::with_causes};
use sqlx::{PgExecutor, PgPool};
use std::time::Duration;

/// Pause between two looks at what was ended.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Rows are read again for this long, seconds: longer than any statement may take.
const OVERLAP_S: f64 = 60.0;

/// Ends the sessions of a shopper that began at or before this moment, at the shopper's wish.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away; they go on then.
pub async fn end(
    pool: &PgPool,
    shopper_id: ShopperId,
    began_until: Timestamp,
) -> Result<(), DatabaseError> {
    write(pool, shopper_id, began_until).await
}

/// As [`end`], by the installation's own people, with an audit row.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away; they go on then.
pub async fn end_by_operator(
    pool: &PgPool,
    shopper_id: ShopperId,
    began_until: Timestamp,
    actor: &str,
    why: &str,
) -> Result<(), DatabaseError> {
    let mut transaction = pool.begin().await.doing("begin to end sessions")?;
    write(&mut *transaction, shopper_id, began_until).await?;
    let entry = AuditEntry {
        actor,
        action: "session.end",
        drop_id: None,
        seller_id: None,
        old: None,
        new: Some(json!({ "shopper_id": shopper_id, "began_until": began_until })),
        why,
    };
    audit::write(&mut transaction, &entry).await?;
    transaction.commit().await.doing("commit the end of sessions")
}

async fn write(
    executor: impl PgExecutor<'_>,
    shopper_id: ShopperId,
    began_until: Timestamp,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "insert into ended_sessions as e (shopper_id, began_until) values ($1, $2)
         on conflict (shopper_id) do update
             set began_until = greatest(e.began_until, excluded.began_until),
                 ended_at = clock_timestamp()",
        shopper_id as ShopperId,
        began_until.to_sqlx(),
    )
    .execute(executor)
    .await
    .doing("end sessions")?;
    Ok(())
}

/// Keeps what a process knows of ended sessions up to date, for ever: a second behind, or, while
/// the database is away, with what it has known.
pub async fn follow(pool: &PgPool, ended: &EndedSessions) {
    let (mut read_to, mut is_away) = (None, false);
    loop {
        match read_new(pool, ended, read_to).await {
            Ok(newest) => (read_to, is_away) = (newest, false),
            Err(error) => {
                if !is_away {
                    let error = with_causes(&error);
                    tracing::warn!(error, "could not read which sessions were ended");
                }
                is_away = true;
            }
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Reads what was ended since a moment, all of it without one; returns how far it has read.
async fn read_new(
    pool: &PgPool,
    ended: &EndedSessions,
    since: Option<Timestamp>,
) -> Result<Option<Timestamp>, DatabaseError> {
    let rows = sqlx::query!(
        "select shopper_id, began_until, ended_at from ended_sessions
         where $1::timestamptz is null or ended_at > $1 - make_interval(secs => $2)",
        since.map(ToSqlx::to_sqlx),
        OVERLAP_S,
    )
    .fetch_all(pool)
    .await
    .doing("read which sessions were ended")?;
    let mut newest = since;
    for row in rows {
        ended.end(row.shopper_id, row.began_until.to_jiff().as_millisecond());
        newest = newest.max(Some(row.ended_at.to_jiff()));
    }
    Ok(newest)
}

/// Deletes what is about sessions that have expired: `lifetime` is the longest that any may last.
/// Returns how many rows went.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn forget_expired(pool: &PgPool, lifetime: Duration) -> Result<u64, DatabaseError> {
    let forgotten = sqlx::query!(
        "delete from ended_sessions where began_until < now() - make_interval(secs => $1)",
        lifetime.as_secs_f64(),
    )
    .execute(pool)
    .await
    .doing("forget ended sessions")?;
    Ok(forgotten.rows_affected())
}
