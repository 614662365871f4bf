//! Answers given under an `Idempotency-Key`, so that a repeated request is answered, not repeated.

use crate::{DatabaseError, Doing};
use jiff::Timestamp;
use sqlx::{PgPool, Row};

/// A request that its sender named.
#[derive(Clone, Copy, Debug)]
pub struct KeyedRequest<'a> {
    /// Who sent it; keys of one owner never meet another's.
    pub owner: &'a str,
    /// Its name.
    pub key: &'a str,
    /// Hash of what was asked.
    pub hash: &'a [u8],
}

/// What to do with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// Run it. What it makes is named after `first_at`, so that a second run, after a process died
    /// between making and answering, finds it made.
    Run {
        /// When it was first seen.
        first_at: Timestamp,
    },
    /// It was run; this was the answer.
    Answered {
        /// HTTP status.
        status: u16,
        /// Body.
        body: Vec<u8>,
    },
    /// It is running now.
    Running,
    /// The name was given to another request.
    OtherRequest,
}

/// Takes the name for a request, or says what became of the one that has it.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away; the request must then not be run.
pub async fn begin(pool: &PgPool, request: KeyedRequest<'_>) -> Result<Begun, DatabaseError> {
    let taken: Option<jiff_sqlx::Timestamp> = sqlx::query_scalar(
        "insert into idempotency_keys as k (owner, key, request) values ($1, $2, $3)
         on conflict (owner, key) do update set locked_until = now() + interval '60 seconds'
             where k.status is null and k.locked_until < now() and k.request = excluded.request
         returning created_at",
    )
    .bind(request.owner)
    .bind(request.key)
    .bind(request.hash)
    .fetch_optional(pool)
    .await
    .doing("take an idempotency key")?;
    match taken {
        Some(first_at) => Ok(Begun::Run { first_at: first_at.to_jiff() }),
        None => find(pool, request).await,
    }
}

async fn find(pool: &PgPool, request: KeyedRequest<'_>) -> Result<Begun, DatabaseError> {
    let row = sqlx::query(
        "select request = $3 as same, status, body from idempotency_keys
         where owner = $1 and key = $2",
    )
    .bind(request.owner)
    .bind(request.key)
    .bind(request.hash)
    .fetch_optional(pool)
    .await
    .doing("look up an idempotency key")?;
    // No row: the other one was given up a moment ago. Its sender may try again.
    let Some(row) = row else { return Ok(Begun::Running) };
    if !row.try_get::<bool, _>("same").doing("read an idempotency key")? {
        return Ok(Begun::OtherRequest);
    }
    let status: Option<i32> = row.try_get("status").doing("read an idempotency key")?;
    let body: Option<Vec<u8>> = row.try_get("body").doing("read an idempotency key")?;
    Ok(match (status.and_then(|status| u16::try_from(status).ok()), body) {
        (Some(status), Some(body)) => Begun::Answered { status, body },
        _ => Begun::Running,
    })
}

/// Keeps the answer of a request that was run.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn finish(
    pool: &PgPool,
    request: KeyedRequest<'_>,
    status: u16,
    body: &[u8],
) -> Result<(), DatabaseError> {
    sqlx::query(
        "update idempotency_keys set status = $3, body = $4
         where owner = $1 and key = $2 and status is null",
    )
    .bind(request.owner)
    .bind(request.key)
    .bind(i32::from(status))
    .bind(body)
    .execute(pool)
    .await
    .doing("keep an answer")?;
    Ok(())
}

/// Gives the name back: the request was refused before it did anything.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn give_up(pool: &PgPool, request: KeyedRequest<'_>) -> Result<(), DatabaseError> {
    sqlx::query("delete from idempotency_keys where owner = $1 and key = $2 and status is null")
        .bind(request.owner)
        .bind(request.key)
        .execute(pool)
        .await
        .doing("give an idempotency key back")?;
    Ok(())
}

/// Lets a request be run again at once, under the name and the first moment that it has: we failed,
/// and it may have done something.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn unlock(pool: &PgPool, request: KeyedRequest<'_>) -> Result<(), DatabaseError> {
    sqlx::query(
        "update idempotency_keys set locked_until = '-infinity'
         where owner = $1 and key = $2 and status is null",
    )
    .bind(request.owner)
    .bind(request.key)
    .execute(pool)
    .await
    .doing("unlock an idempotency key")?;
    Ok(())
}

/// Forgets answers that are older than a day.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn forget_old(pool: &PgPool) -> Result<u64, DatabaseError> {
    let forgotten = sqlx::query(
        "delete from idempotency_keys where (owner, key) in (
             select owner, key from idempotency_keys
             where created_at < now() - interval '24 hours' limit 10000)",
    )
    .execute(pool)
    .await
    .doing("forget old answers")?;
    Ok(forgotten.rows_affected())
}
