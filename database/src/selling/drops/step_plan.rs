//! Carrying out the plans of limits, as workers do. Each step is worked out from the database's clock,
//! under the lock of the drop's row: it may be taken late, twice, or by two workers at once.

use super::{
    change_limits::put,
    limit_plan::{self, LimitPlan},
    limits::{DropLimits, entry, lock_any},
};
use crate::{
    DatabaseError, Doing,
    people::audit::{self, AuditEntry},
    run_to_completion,
};
use serde_json::json;
use shared::{decide::limit_plan::PlanStep, drops::Limits, ids::DropId};
use sqlx::{PgConnection, PgPool};

/// What the audit log calls whoever carries a plan out.
const SCHEDULER: &str = "scheduler";

/// Lists drops whose plans have a step due, the one that is due for longest first. The plan of a drop
/// that is over is due at once: it ends.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn due_limit_plans(pool: &PgPool) -> Result<Vec<DropId>, DatabaseError> {
    sqlx::query_scalar!(
        "select p.drop_id from limit_plans p join drops d on d.id = p.drop_id
         where p.next_at <= now() or d.state in ('sold_out', 'closed', 'cancelled')
         order by p.next_at limit 100"
    )
    .fetch_all(pool)
    .await
    .doing("look for due plans of limits")
}

/// Takes the step of a drop's plan that is due now. Returns the limits if they have changed.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn step_limit_plan(
    pool: &PgPool,
    drop_id: DropId,
) -> Result<Option<DropLimits>, DatabaseError> {
    let pool = pool.clone();
    run_to_completion(async move {
        let mut tx = pool.begin().await.doing("begin a step of a plan")?;
        let changed = step(&mut tx, drop_id).await?;
        tx.commit().await.doing("commit a step of a plan")?;
        Ok(changed)
    })
    .await
}

async fn step(
    conn: &mut PgConnection,
    drop_id: DropId,
) -> Result<Option<DropLimits>, DatabaseError> {
    let Some(old) = lock_any(conn, drop_id).await? else { return Ok(None) };
    if old.state.is_over() {
        limit_plan::end(conn, &old, SCHEDULER, "the drop is over").await?;
        return Ok(None);
    }
    let Some(plan) = limit_plan::find(conn, drop_id).await? else { return Ok(None) };
    let new = match plan.limits.step_at(now_us(conn).await?) {
        PlanStep::Wait { .. } => return Ok(None),
        PlanStep::Ramp { limits, next_us } => {
            let new = move_to(conn, &old, limits).await?;
            if plan.begun_version.is_none() {
                write_begin(conn, &plan, &old, &new).await?;
            }
            note_step(conn, &new, next_us - plan.limits.begins_at_us).await?;
            new
        }
        PlanStep::Done => {
            let new = move_to(conn, &old, plan.limits.target).await?;
            write_end(conn, &plan, &old, &new).await?;
            limit_plan::delete(conn, drop_id).await?;
            new
        }
    };
    Ok((new != old).then_some(new))
}

async fn now_us(conn: &mut PgConnection) -> Result<i64, DatabaseError> {
    sqlx::query_scalar!(
        r#"select (extract(epoch from clock_timestamp()) * 1000000)::bigint as "now_us!""#
    )
    .fetch_one(conn)
    .await
    .doing("ask for the time")
}

async fn move_to(
    conn: &mut PgConnection,
    old: &DropLimits,
    limits: Limits,
) -> Result<DropLimits, DatabaseError> {
    let mut new = DropLimits { limits, ..old.clone() };
    if new != *old {
        put(conn, old, &mut new).await?;
    }
    Ok(new)
}

/// Notes when the next step is due, and the version at which the first was taken.
async fn note_step(
    conn: &mut PgConnection,
    new: &DropLimits,
    next_us: i64,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "update limit_plans set begun_version = coalesce(begun_version, $2),
             next_at = begins_at + $3::float8 * interval '1 microsecond'
         where drop_id = $1",
        new.drop_id as DropId,
        new.version,
        next_us as f64,
    )
    .execute(conn)
    .await
    .doing("note the step of a plan")?;
    Ok(())
}

/// Writes down that a ramp begins, from the limits as they were to those that it leads to.
async fn write_begin(
    conn: &mut PgConnection,
    plan: &LimitPlan,
    old: &DropLimits,
    new: &DropLimits,
) -> Result<(), DatabaseError> {
    let target = DropLimits { limits: plan.limits.target, ..new.clone() };
    let mut told = target.as_json();
    told["over_seconds"] = json!(plan.limits.over_seconds);
    let entry = AuditEntry {
        new: Some(told),
        ..entry(old, &target, SCHEDULER, "drop.limits_ramp_begin", &plan.why)
    };
    audit::write(conn, &entry).await
}

/// Writes down that a plan was carried out: a ramp from where it began, any other change as such.
async fn write_end(
    conn: &mut PgConnection,
    plan: &LimitPlan,
    old: &DropLimits,
    new: &DropLimits,
) -> Result<(), DatabaseError> {
    let (from, action) = match plan.at_begin(old) {
        Some(begin) => (begin, "drop.limits_ramp_end"),
        None => (old.clone(), "drop.limits"),
    };
    audit::write(conn, &entry(&from, new, SCHEDULER, action, &plan.why)).await
}
