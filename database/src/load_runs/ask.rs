//! Asking for a run, and calling it off.

use super::{LoadRunError, run::KEPT, silent};
use crate::{
    Doing,
    people::audit::{self, AuditEntry},
};
use serde_json::json;
use shared::{
    ids::LoadRunId,
    load_lab::{LoadPreset, LoadRunState},
};
use sqlx::{PgConnection, PgPool};

/// A run to ask for.
#[derive(Clone, Copy, Debug)]
pub struct NewLoadRun {
    /// The run.
    pub id: LoadRunId,
    /// Which crowd.
    pub preset: LoadPreset,
    /// People, for each of its drops.
    pub shoppers: i32,
    /// Units or places, for each of its drops.
    pub units: i32,
}

/// Asks for a run, with an audit row; one that was asked for under this id stays as it is. The oldest are
/// forgotten.
///
/// # Errors
///
/// Returns [`LoadRunError::Busy`] when another one waits or runs, or that the database is away.
pub async fn ask(
    pool: &PgPool,
    run: NewLoadRun,
    actor: &str,
    why: &str,
) -> Result<(), LoadRunError> {
    let mut transaction = pool.begin().await.doing("begin to ask for a load run")?;
    silent::end(&mut transaction).await?;
    let stored = sqlx::query!(
        "insert into load_runs (id, preset, shoppers, units, asked_by, why)
         values ($1, $2, $3, $4, $5, $6) on conflict (id) do nothing",
        run.id as LoadRunId,
        run.preset as LoadPreset,
        run.shoppers,
        run.units,
        actor,
        why,
    )
    .execute(&mut *transaction)
    .await
    .doing("ask for a load run");
    let stored = stored.map_err(|error| match error.constraint() {
        Some("load_runs_one_at_a_time") => LoadRunError::Busy,
        _ => error.into(),
    })?;
    if stored.rows_affected() == 0 {
        return Ok(());
    }
    forget_old(&mut transaction).await?;
    let entry = AuditEntry {
        actor,
        action: "load_run.ask",
        drop_id: None,
        seller_id: None,
        old: None,
        new: Some(json!({
            "load_run_id": run.id,
            "preset": run.preset,
            "shoppers": run.shoppers,
            "units": run.units,
        })),
        why,
    };
    audit::write(&mut transaction, &entry).await?;
    Ok(transaction.commit().await.doing("commit a load run")?)
}

async fn forget_old(connection: &mut PgConnection) -> Result<(), LoadRunError> {
    sqlx::query!(
        "delete from load_runs where ended_at is not null
             and id not in (select id from load_runs order by id desc limit $1)",
        KEPT,
    )
    .execute(connection)
    .await
    .doing("forget old load runs")?;
    Ok(())
}

/// Calls a run off, with an audit row. Its agent hears of it within seconds, and stops its crowd.
///
/// # Errors
///
/// Returns [`LoadRunError`] when there is no such run, when it is over, or that the database is away.
pub async fn cancel(
    pool: &PgPool,
    id: LoadRunId,
    actor: &str,
    why: &str,
) -> Result<(), LoadRunError> {
    let mut transaction = pool.begin().await.doing("begin to cancel a load run")?;
    let state = sqlx::query_scalar!(
        r#"select state as "state: LoadRunState" from load_runs where id = $1 for update"#,
        id as LoadRunId,
    )
    .fetch_optional(&mut *transaction)
    .await
    .doing("lock a load run")?;
    let state = state.ok_or(LoadRunError::NotFound)?;
    if state.is_over() {
        return Err(LoadRunError::WrongState(state));
    }
    sqlx::query!(
        "update load_runs set state = 'cancelled', ended_at = now() where id = $1",
        id as LoadRunId,
    )
    .execute(&mut *transaction)
    .await
    .doing("cancel a load run")?;
    let entry = AuditEntry {
        actor,
        action: "load_run.cancel",
        drop_id: None,
        seller_id: None,
        old: Some(json!({ "load_run_id": id, "state": state })),
        new: Some(json!({ "load_run_id": id, "state": LoadRunState::Cancelled })),
        why,
    };
    audit::write(&mut transaction, &entry).await?;
    Ok(transaction.commit().await.doing("commit the end of a load run")?)
}
