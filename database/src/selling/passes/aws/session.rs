//! What the site says of a session, and how many go on.

use super::claim;
use crate::{
    DatabaseError, Doing, run_to_completion,
    selling::passes::end::{end_locked, lock_good},
};
use shared::{
    ids::{DropId, TicketId},
    lifecycle::TicketState,
};
use sqlx::{PgConnection, PgPool};

/// Ids of one list, at most: those that ran out last.
const MAX_LISTED: i64 = 100_000;

/// How a session ended, as the site says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionEnd {
    /// Its visitor has done what they came for.
    Completed,
    /// Its visitor went away.
    Abandoned,
}

impl SessionEnd {
    const fn status(self) -> i16 {
        match self {
            Self::Completed => 1,
            Self::Abandoned => -1,
        }
    }

    /// Why the pass ends.
    const fn reason(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Abandoned => "abandoned",
        }
    }
}

/// Ends a session, and with it its pass, if that is still good. Returns whether this call did: the
/// request has no tokens, or its session had ended before.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then, unless the commit's own reply was lost.
pub async fn end_session(
    pool: &PgPool,
    drop_id: DropId,
    request_id: TicketId,
    end: SessionEnd,
) -> Result<bool, DatabaseError> {
    // Nobody waits for the drop's stock in vain.
    if !claim::find(pool, drop_id, request_id).await?.is_some_and(|known| known.goes_on) {
        return Ok(false);
    }
    let pool = pool.clone();
    run_to_completion(async move {
        let mut tx = pool.begin().await.doing("begin to end a session")?;
        let good = lock_good(&mut tx, drop_id, &[request_id.into()]).await?;
        if !note(&mut tx, drop_id, request_id, end).await? {
            return Ok(false);
        }
        let (to, reason) = (TicketState::Visited, Some(end.reason()));
        end_locked(&mut tx, drop_id, &good, to, reason).await?;
        tx.commit().await.doing("commit the end of a session")?;
        Ok(true)
    })
    .await
}

/// Notes the end of a session that goes on.
async fn note(
    conn: &mut PgConnection,
    drop_id: DropId,
    request_id: TicketId,
    end: SessionEnd,
) -> Result<bool, DatabaseError> {
    let noted = sqlx::query!(
        "update aws_tokens set status = $3
         where drop_id = $1 and request_id = $2 and status = 0",
        drop_id as DropId,
        request_id as TicketId,
        end.status(),
    )
    .execute(conn)
    .await
    .doing("note the end of a session")?;
    Ok(noted.rows_affected() == 1)
}

/// Counts the sessions that go on: tokens that have not run out and of which the site has said nothing.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn count_active(pool: &PgPool, drop_id: DropId) -> Result<i64, DatabaseError> {
    sqlx::query_scalar!(
        r#"select count(*) as "n!" from aws_tokens
         where drop_id = $1 and expires_at >= clock_timestamp() and status = 0"#,
        drop_id as DropId,
    )
    .fetch_one(pool)
    .await
    .doing("count sessions")
}

/// Lists the requests whose tokens have run out, those that did so last first; 100 000 at most.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn expired(pool: &PgPool, drop_id: DropId) -> Result<Vec<TicketId>, DatabaseError> {
    sqlx::query_scalar!(
        "select request_id from aws_tokens
         where drop_id = $1 and expires_at < clock_timestamp()
         order by expires_at desc limit $2",
        drop_id as DropId,
        MAX_LISTED,
    )
    .fetch_all(pool)
    .await
    .doing("list tokens that have run out")
}
