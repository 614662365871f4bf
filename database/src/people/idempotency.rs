//! Answers given under an `Idempotency-Key`, so that a repeated request is answered, not repeated.

use crate::{DatabaseError, Doing};
use jiff::Timestamp;
use sqlx::PgPool;

/// Keys that one owner may have at a time, answered or not: nobody fills the table.
const MAX_KEYS: i64 = 10_000;

/// A request with an `Idempotency-Key`.
#[derive(Clone, Copy, Debug)]
pub struct KeyedRequest<'a> {
    /// The sender; keys of one owner never meet another's.
    pub owner: &'a str,
    /// The key, 1 to 255 characters.
    pub key: &'a str,
    /// Hash of what was asked, by which a key used twice for different requests is noticed.
    pub hash: &'a [u8],
}

/// What to do with a request that claims its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyClaim {
    /// Run it. What it creates is named after `first_at`, so that a second run, after a process
    /// died between creating and answering, finds it created.
    Run {
        /// When the request was first seen.
        first_at: Timestamp,
    },
    /// It was run; this was the answer.
    Answered {
        /// The HTTP status.
        status: u16,
        /// The body, byte for byte.
        body: Vec<u8>,
    },
    /// It is running now.
    Running,
    /// The key was used for another request.
    OtherRequest,
    /// Its owner has as many keys as anybody may have.
    TooMany,
}

/// Claims the key for a request, or says what became of the one that has it.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away; the request must then not be run.
pub async fn begin(pool: &PgPool, request: KeyedRequest<'_>) -> Result<KeyClaim, DatabaseError> {
    let claimed = sqlx::query_scalar!(
        "insert into idempotency_keys as k (owner, key, request)
         select $1::text, $2::text, $3::bytea
         where (select count(*) from
                 (select from idempotency_keys where owner = $1 limit $4) o) < $4
         on conflict (owner, key) do update set locked_until = now() + interval '60 seconds'
             where k.status is null and k.locked_until < now() and k.request = excluded.request
         returning created_at",
        request.owner,
        request.key,
        request.hash,
        MAX_KEYS,
    )
    .fetch_optional(pool)
    .await
    .doing("claim an idempotency key")?;
    match claimed {
        Some(first_at) => Ok(KeyClaim::Run { first_at: first_at.to_jiff() }),
        None => find(pool, request).await,
    }
}

async fn find(pool: &PgPool, request: KeyedRequest<'_>) -> Result<KeyClaim, DatabaseError> {
    let row = sqlx::query!(
        r#"select request = $3 as "is_same!", status, body from idempotency_keys
         where owner = $1 and key = $2"#,
        request.owner,
        request.key,
        request.hash,
    )
    .fetch_optional(pool)
    .await
    .doing("look up an idempotency key")?;
    let Some(row) = row else { return why_none(pool, request.owner).await };
    if !row.is_same {
        return Ok(KeyClaim::OtherRequest);
    }
    Ok(match (row.status.and_then(|status| u16::try_from(status).ok()), row.body) {
        (Some(status), Some(body)) => KeyClaim::Answered { status, body },
        _ => KeyClaim::Running,
    })
}

/// Says why a key that could not be claimed has no row: its owner has too many, or the other
/// request was given up a moment ago and the sender may try again.
async fn why_none(pool: &PgPool, owner: &str) -> Result<KeyClaim, DatabaseError> {
    let is_full = sqlx::query_scalar!(
        r#"select count(*) >= $2 as "is_full!" from
             (select from idempotency_keys where owner = $1 limit $2) o"#,
        owner,
        MAX_KEYS,
    )
    .fetch_one(pool)
    .await
    .doing("count idempotency keys")?;
    Ok(if is_full { KeyClaim::TooMany } else { KeyClaim::Running })
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
    sqlx::query!(
        "update idempotency_keys set status = $3, body = $4
         where owner = $1 and key = $2 and status is null",
        request.owner,
        request.key,
        i32::from(status),
        body,
    )
    .execute(pool)
    .await
    .doing("keep an answer")?;
    Ok(())
}

/// Gives the key back: the request was refused before it did anything.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn give_up(pool: &PgPool, request: KeyedRequest<'_>) -> Result<(), DatabaseError> {
    sqlx::query!(
        "delete from idempotency_keys where owner = $1 and key = $2 and status is null",
        request.owner,
        request.key,
    )
    .execute(pool)
    .await
    .doing("give an idempotency key back")?;
    Ok(())
}

/// Lets a request be run again at once, under the same key and with the same first moment: we
/// failed, and it may have done something.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn unlock(pool: &PgPool, request: KeyedRequest<'_>) -> Result<(), DatabaseError> {
    sqlx::query!(
        "update idempotency_keys set locked_until = '-infinity'
         where owner = $1 and key = $2 and status is null",
        request.owner,
        request.key,
    )
    .execute(pool)
    .await
    .doing("unlock an idempotency key")?;
    Ok(())
}

/// Deletes answers that are older than a day, at most 10 000, the oldest first; returns how many.
/// Fewer than that means that none is left.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn forget_old(pool: &PgPool) -> Result<u64, DatabaseError> {
    let forgotten = sqlx::query!(
        "delete from idempotency_keys where (owner, key) in (
             select owner, key from idempotency_keys
             where created_at < now() - interval '24 hours' order by created_at limit 10000)",
    )
    .execute(pool)
    .await
    .doing("forget old answers")?;
    Ok(forgotten.rows_affected())
}
