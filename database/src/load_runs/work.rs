//! What the agent of a run does.

use super::{LoadProgress, LoadRunError, silent};
use crate::{
    DatabaseError, Doing,
    people::audit::{self, AuditEntry},
};
use serde_json::json;
use shared::{
    ids::{DropId, LoadRunId},
    load_lab::{LoadJudgement, LoadRunState},
};
use sqlx::{PgConnection, PgPool};

/// Takes a run that waits. The same agent may take it twice: the first answer may have been lost.
///
/// # Errors
///
/// Returns [`LoadRunError`] when there is no such run, when it is another's or over, or that the database
/// is away.
pub async fn take(pool: &PgPool, id: LoadRunId, agent: &str) -> Result<(), LoadRunError> {
    let mut transaction = pool.begin().await.doing("begin to take a load run")?;
    silent::end(&mut transaction).await?;
    let taken = sqlx::query!(
        "update load_runs set state = 'running', agent = $2, began_at = coalesce(began_at, now()),
             heard_at = now()
         where id = $1 and (state = 'waiting' or (state = 'running' and agent = $2))",
        id as LoadRunId,
        agent,
    )
    .execute(&mut *transaction)
    .await
    .doing("take a load run")?;
    let refused = match taken.rows_affected() {
        0 => Err(refusal(&mut transaction, id).await?),
        _ => Ok(()),
    };
    transaction.commit().await.doing("commit the begin of a load run")?;
    refused
}

/// Notes how far the crowd of a run is, and that its agent lives.
///
/// # Errors
///
/// Returns [`LoadRunError`] when it is no longer running, when a drop was there before the run, or that the
/// database is away.
pub async fn tell(
    pool: &PgPool,
    id: LoadRunId,
    drop_ids: &[DropId],
    progress: LoadProgress,
) -> Result<(), LoadRunError> {
    let mut connection = pool.acquire().await.doing("connect for a load run")?;
    if has_others(&mut connection, id, drop_ids).await? {
        return Err(LoadRunError::NotATestDrop);
    }
    let told = sqlx::query!(
        "update load_runs set heard_at = now(), drop_ids = $2, joined = $3, admitted = $4, paid = $5,
             done = $6
         where id = $1 and state = 'running'",
        id as LoadRunId,
        drop_ids as &[DropId],
        progress.joined,
        progress.admitted,
        progress.paid,
        progress.done,
    )
    .execute(&mut *connection)
    .await
    .doing("note how far a load run is")?;
    match told.rows_affected() {
        0 => Err(refusal(&mut connection, id).await?),
        _ => Ok(()),
    }
}

/// Ends a run with what was found, and an audit row; returns how it ended.
///
/// # Errors
///
/// Returns [`LoadRunError`] when it is no longer running, or that the database is away.
pub async fn finish(
    pool: &PgPool,
    id: LoadRunId,
    judgements: &[LoadJudgement],
    actor: &str,
) -> Result<LoadRunState, LoadRunError> {
    let state = LoadRunState::of(judgements);
    let fault = (state == LoadRunState::Broken).then_some("nothing could be judged");
    end(pool, id, Ending { state, judgements, fault }, actor).await?;
    Ok(state)
}

/// Ends a run that came to no end, with an audit row.
///
/// # Errors
///
/// As [`finish`].
pub async fn give_up(
    pool: &PgPool,
    id: LoadRunId,
    fault: &str,
    actor: &str,
) -> Result<(), LoadRunError> {
    let ending = Ending { state: LoadRunState::Broken, judgements: &[], fault: Some(fault) };
    end(pool, id, ending, actor).await
}

/// How a run ends.
struct Ending<'a> {
    state: LoadRunState,
    judgements: &'a [LoadJudgement],
    fault: Option<&'a str>,
}

async fn end(
    pool: &PgPool,
    id: LoadRunId,
    ending: Ending<'_>,
    actor: &str,
) -> Result<(), LoadRunError> {
    let mut transaction = pool.begin().await.doing("begin to end a load run")?;
    let drop_ids = sqlx::query_scalar!(
        r#"update load_runs set state = $2, judgements = $3, fault = $4, heard_at = now(), ended_at = now()
         where id = $1 and state = 'running' returning drop_ids as "drop_ids: Vec<DropId>""#,
        id as LoadRunId,
        ending.state as LoadRunState,
        json!(ending.judgements),
        ending.fault,
    )
    .fetch_optional(&mut *transaction)
    .await
    .doing("end a load run")?;
    let Some(drop_ids) = drop_ids else { return Err(refusal(&mut transaction, id).await?) };
    let entry = AuditEntry {
        actor,
        action: "load_run.end",
        drop_id: drop_ids.first().copied(),
        seller_id: None,
        old: None,
        new: Some(json!({ "load_run_id": id, "state": ending.state, "drops": drop_ids })),
        why: ending.fault.unwrap_or("it is over"),
    };
    audit::write(&mut transaction, &entry).await?;
    Ok(transaction.commit().await.doing("commit the end of a load run")?)
}

/// Whether one of these drops was not made since the run was taken.
async fn has_others(
    connection: &mut PgConnection,
    id: LoadRunId,
    drop_ids: &[DropId],
) -> Result<bool, DatabaseError> {
    sqlx::query_scalar!(
        r#"select exists (
             select from unnest($2::uuid[]) as told (id) where not exists (
                 select from drops d join load_runs r on r.id = $1
                 where d.id = told.id and d.created_at >= r.began_at)) as "has_others!""#,
        id as LoadRunId,
        drop_ids as &[DropId],
    )
    .fetch_one(connection)
    .await
    .doing("look whose drops a load run has")
}

/// Returns why a run could not be changed.
async fn refusal(
    connection: &mut PgConnection,
    id: LoadRunId,
) -> Result<LoadRunError, DatabaseError> {
    let state = sqlx::query_scalar!(
        r#"select state as "state: LoadRunState" from load_runs where id = $1"#,
        id as LoadRunId,
    )
    .fetch_optional(connection)
    .await
    .doing("look where a load run is")?;
    Ok(state.map_or(LoadRunError::NotFound, LoadRunError::WrongState))
}
