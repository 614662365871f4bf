//! The plan of a drop's limits: a change that is to come at a time, slowly, or both. A drop has one at
//! most. Whoever changes its limits by hand ends it, so the limits before it are those of its begin.
//!
//! The steps of a ramp raise the version of the limits and have no audit rows of their own. The row of
//! its begin and that of its end tell of all of them, by the versions that they name.

use super::limits::DropLimits;
use crate::{
    DatabaseError, Doing,
    people::audit::{self, AuditEntry},
};
use jiff::Timestamp;
use serde_json::{Value, json};
use shared::{decide::limit_plan::PlannedLimits, drops::Limits, ids::DropId};
use sqlx::{PgConnection, PgPool, types::Json};

/// A change of limits that is to come or under way.
#[derive(Clone, Debug, PartialEq)]
pub struct LimitPlan {
    /// The limits before it and at its end, and when.
    pub limits: PlannedLimits,
    /// When it begins.
    pub begins_at: Timestamp,
    /// The version of the limits at the begin of its ramp; `None` until then.
    pub begun_version: Option<i64>,
    /// Who made it, as the audit log names them.
    pub made_by: String,
    /// The reason that was given.
    pub why: String,
    /// When it was made.
    pub made_at: Timestamp,
}

impl LimitPlan {
    /// Returns what the audit log keeps of it.
    pub(super) fn as_json(&self) -> Value {
        json!({ "plan": {
            "begins_at": self.begins_at,
            "over_seconds": self.limits.over_seconds,
            "limits": self.limits.target,
        }})
    }

    /// Returns the limits as they were when its ramp began; `None` if it has not.
    pub(super) fn at_begin(&self, now: &DropLimits) -> Option<DropLimits> {
        let version = self.begun_version?;
        Some(DropLimits { limits: self.limits.before, version, ..now.clone() })
    }
}

/// Finds the plan of any tenant's drop: for operators.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn find_limit_plan(
    pool: &PgPool,
    drop_id: DropId,
) -> Result<Option<LimitPlan>, DatabaseError> {
    let mut connection = pool.acquire().await.doing("connect to find a plan")?;
    find(&mut connection, drop_id).await
}

/// Finds the plan of a drop.
pub(super) async fn find(
    connection: &mut PgConnection,
    drop_id: DropId,
) -> Result<Option<LimitPlan>, DatabaseError> {
    sqlx::query!(
        r#"select begins_at, over_seconds, old_limits as "old_limits: Json<Limits>",
             new_limits as "new_limits: Json<Limits>", begun_version, made_by, why, made_at
         from limit_plans where drop_id = $1"#,
        drop_id as DropId,
    )
    .map(|row| {
        let begins_at = row.begins_at.to_jiff();
        let limits = PlannedLimits {
            before: row.old_limits.0,
            target: row.new_limits.0,
            begins_at_us: begins_at.as_microsecond(),
            over_seconds: row.over_seconds.unsigned_abs(),
        };
        LimitPlan {
            limits,
            begins_at,
            begun_version: row.begun_version,
            made_by: row.made_by,
            why: row.why,
            made_at: row.made_at.to_jiff(),
        }
    })
    .fetch_optional(connection)
    .await
    .doing("find a plan of limits")
}

/// Ends the plan of a drop, with an audit row; the limits stay as they are `now`. Returns whether there
/// was one.
pub(super) async fn end(
    connection: &mut PgConnection,
    now: &DropLimits,
    actor: &str,
    why: &str,
) -> Result<bool, DatabaseError> {
    let Some(plan) = find(connection, now.drop_id).await? else { return Ok(false) };
    delete(connection, now.drop_id).await?;
    let at_begin = plan.at_begin(now);
    let entry = AuditEntry {
        actor,
        action: "drop.limits_plan_end",
        drop_id: Some(now.drop_id),
        seller_id: Some(now.seller_id),
        new: at_begin.as_ref().map(|_| now.as_json()),
        old: Some(at_begin.map_or_else(|| plan.as_json(), |limits| limits.as_json())),
        why,
    };
    audit::write(connection, &entry).await?;
    Ok(true)
}

/// Deletes the plan of a drop.
pub(super) async fn delete(
    connection: &mut PgConnection,
    drop_id: DropId,
) -> Result<(), DatabaseError> {
    sqlx::query!("delete from limit_plans where drop_id = $1", drop_id as DropId)
        .execute(connection)
        .await
        .doing("delete a plan of limits")?;
    Ok(())
}
