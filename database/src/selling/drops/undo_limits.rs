//! Bringing back the limits before the last change, which the audit log knows.

use super::{
    change_limits::put,
    error::ChangeDropError,
    limit_plan,
    limits::{DropLimits, entry, lock},
};
use crate::{DatabaseError, Doing, people::audit};
use shared::{drops::Limits, ids::DropId};
use sqlx::{PgConnection, PgPool, types::Json};

/// Brings back the limits that a drop had before they were last changed, by hand or by a plan. It is a
/// change itself, with an audit row; undone in turn, it brings back what it undid. A plan of the drop
/// ends.
///
/// # Errors
///
/// Returns [`ChangeDropError`] when there is no such drop, it is over, or nothing was changed yet.
pub async fn undo_limits(
    pool: &PgPool,
    drop_id: DropId,
    actor: &str,
    why: &str,
) -> Result<DropLimits, ChangeDropError> {
    let mut transaction = pool.begin().await.doing("begin to undo limits")?;
    let old = lock(&mut transaction, drop_id).await?;
    // Looked for before the plan ends, or the row of that end would be the last change.
    let before = before_last_change(&mut transaction, drop_id).await?;
    let limits = before.ok_or(ChangeDropError::NothingToUndo)?;
    limit_plan::end(&mut transaction, &old, actor, why).await?;
    let mut new = DropLimits { limits, ..old.clone() };
    if new != old {
        put(&mut transaction, &old, &mut new).await?;
        audit::write(&mut transaction, &entry(&old, &new, actor, "drop.limits_undo", why)).await?;
    }
    transaction.commit().await.doing("commit undone limits")?;
    Ok(new)
}

/// Finds the limits before the last change. A ramp is one change, which its begin tells of as well as its
/// end.
async fn before_last_change(
    connection: &mut PgConnection,
    drop_id: DropId,
) -> Result<Option<Limits>, DatabaseError> {
    let before = sqlx::query_scalar!(
        r#"select old -> 'limits' as "limits!: Json<Limits>" from audit_log
         where drop_id = $1 and old -> 'limits' <> new -> 'limits'
             and action in ('drop.limits', 'drop.limits_undo', 'drop.limits_ramp_begin',
                 'drop.limits_ramp_end', 'drop.limits_plan_end')
         order by id desc limit 1"#,
        drop_id as DropId,
    )
    .fetch_optional(connection)
    .await
    .doing("look for the last change of limits")?;
    Ok(before.map(|Json(limits)| limits))
}
