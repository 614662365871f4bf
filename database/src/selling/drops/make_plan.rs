//! Making a plan for a drop's limits, and calling it off.

use super::{
    change_limits::LimitsChange,
    error::ChangeDropError,
    limit_plan::{self, LimitPlan},
    limits::{DropLimits, lock},
};
use crate::{
    DatabaseError, Doing,
    people::audit::{self, AuditEntry},
};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use shared::{drops::Limits, ids::DropId};
use sqlx::{PgConnection, PgPool, types::Json};

/// A plan to make.
#[derive(Clone, Copy, Debug)]
pub struct NewLimitPlan {
    /// What it changes.
    pub change: LimitsChange,
    /// When it begins.
    pub begins_at: Timestamp,
    /// Seconds over which the admission rate moves, up to a day; all else changes at the begin.
    pub over_seconds: u32,
}

/// Plans a change of limits; a plan that the drop has already is ended.
///
/// # Errors
///
/// Returns [`ChangeDropError`] when there is no such drop, or it is over.
pub async fn make_limit_plan(
    pool: &PgPool,
    drop_id: DropId,
    new_plan: &NewLimitPlan,
    actor: &str,
    why: &str,
) -> Result<LimitPlan, ChangeDropError> {
    let mut transaction = pool.begin().await.doing("begin to plan limits")?;
    let now = lock(&mut transaction, drop_id).await?;
    limit_plan::end(&mut transaction, &now, actor, why).await?;
    insert(&mut transaction, &now, new_plan, actor, why).await?;
    let made = limit_plan::find(&mut transaction, drop_id).await?.ok_or(ChangeDropError::NoPlan)?;
    let entry = AuditEntry {
        actor,
        action: "drop.limits_plan",
        drop_id: Some(drop_id),
        seller_id: Some(now.seller_id),
        old: None,
        new: Some(made.as_json()),
        why,
    };
    audit::write(&mut transaction, &entry).await?;
    transaction.commit().await.doing("commit a plan of limits")?;
    Ok(made)
}

/// Calls the plan of a drop off. The limits stay as they are, in the middle of a ramp too.
///
/// # Errors
///
/// Returns [`ChangeDropError`] when there is no such drop, it is over, or has no plan.
pub async fn cancel_limit_plan(
    pool: &PgPool,
    drop_id: DropId,
    actor: &str,
    why: &str,
) -> Result<DropLimits, ChangeDropError> {
    let mut transaction = pool.begin().await.doing("begin to end a plan of limits")?;
    let now = lock(&mut transaction, drop_id).await?;
    if !limit_plan::end(&mut transaction, &now, actor, why).await? {
        return Err(ChangeDropError::NoPlan);
    }
    transaction.commit().await.doing("commit the end of a plan")?;
    Ok(now)
}

async fn insert(
    connection: &mut PgConnection,
    now: &DropLimits,
    new_plan: &NewLimitPlan,
    actor: &str,
    why: &str,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "insert into limit_plans
             (drop_id, begins_at, over_seconds, old_limits, new_limits, next_at, made_by, why)
         values ($1, $2, $3, $4, $5, $2, $6, $7)",
        now.drop_id as DropId,
        new_plan.begins_at.to_sqlx(),
        i32::try_from(new_plan.over_seconds).unwrap_or(i32::MAX),
        Json(now.limits) as Json<Limits>,
        Json(new_plan.change.apply_to(now.limits)) as Json<Limits>,
        actor,
        why,
    )
    .execute(connection)
    .await
    .doing("store a plan of limits")?;
    Ok(())
}
