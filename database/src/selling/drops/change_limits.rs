//! Changing limits and mode of a drop, live. Each change raises `limits_version`, by which workers
//! see that Redis is behind, and writes exactly one audit row in the same transaction (AUDIT-1).
//! A change that alters nothing raises and writes nothing.

use super::{
    error::ChangeDropError,
    limits::{DropLimits, lock},
};
use crate::{
    DatabaseError, Doing,
    people::audit::{self, AuditEntry},
};
use shared::{
    drops::{DropMode, Limits},
    gcra::Gcra,
    ids::DropId,
};
use sqlx::{PgConnection, PgPool};

/// New limits; what is `None` stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct LimitsChange {
    /// Tickets let in per second.
    pub admission_rate_per_second: Option<f64>,
    /// Tickets admitted and not finished, at most.
    pub occupancy_cap: Option<u32>,
    /// Order commands processed per second.
    pub order_rate_per_second: Option<f64>,
}

impl LimitsChange {
    /// Whether everything stays.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.admission_rate_per_second.is_none()
            && self.occupancy_cap.is_none()
            && self.order_rate_per_second.is_none()
    }

    fn apply_to(self, old: Limits) -> Limits {
        Limits {
            admission_rate_per_second: self
                .admission_rate_per_second
                .unwrap_or(old.admission_rate_per_second),
            occupancy_cap: self.occupancy_cap.unwrap_or(old.occupancy_cap),
            order_rate_per_second: self.order_rate_per_second.unwrap_or(old.order_rate_per_second),
        }
    }
}

/// A new mode with the message that goes with it.
#[derive(Clone, Copy, Debug)]
pub struct ModeChange<'a> {
    /// What the drop may do from now on.
    pub mode: DropMode,
    /// To those who wait; `None` removes the old message.
    pub message: Option<&'a str>,
}

/// Changes the limits of a drop.
///
/// # Errors
///
/// Returns [`ChangeDropError`] when there is none, or it is over.
pub async fn change_limits(
    pool: &PgPool,
    drop_id: DropId,
    change: LimitsChange,
    actor: &str,
    why: &str,
) -> Result<DropLimits, ChangeDropError> {
    let mut transaction = pool.begin().await.doing("begin to change limits")?;
    let old = lock(&mut transaction, drop_id).await?;
    let mut new = DropLimits { limits: change.apply_to(old.limits), ..old.clone() };
    if new == old {
        return Ok(old);
    }
    rescale_order_rate(&mut transaction, &old, &new).await?;
    store(&mut transaction, &mut new).await?;
    audit::write(&mut transaction, &entry(&old, &new, actor, "drop.limits", why)).await?;
    transaction.commit().await.doing("commit limits")?;
    Ok(new)
}

/// Changes the mode of a drop and the message to those who wait.
///
/// # Errors
///
/// Returns [`ChangeDropError`] when there is none, or it is over.
pub async fn change_mode(
    pool: &PgPool,
    drop_id: DropId,
    change: ModeChange<'_>,
    actor: &str,
    why: &str,
) -> Result<DropLimits, ChangeDropError> {
    let mut transaction = pool.begin().await.doing("begin to change a mode")?;
    let old = lock(&mut transaction, drop_id).await?;
    let message = change.message.map(str::to_owned);
    let mut new = DropLimits { mode: change.mode, message, ..old.clone() };
    if new == old {
        return Ok(old);
    }
    store(&mut transaction, &mut new).await?;
    let action = match change.mode {
        DropMode::Running => "drop.resume",
        DropMode::Paused => "drop.pause",
        DropMode::Stopped => "drop.emergency_stop",
    };
    audit::write(&mut transaction, &entry(&old, &new, actor, action, why)).await?;
    transaction.commit().await.doing("commit a mode")?;
    Ok(new)
}

fn entry<'a>(
    old: &DropLimits,
    new: &DropLimits,
    actor: &'a str,
    action: &'static str,
    why: &'a str,
) -> AuditEntry<'a> {
    AuditEntry {
        actor,
        action,
        drop_id: Some(old.drop_id),
        seller_id: Some(old.seller_id),
        old: Some(old.as_json()),
        new: Some(new.as_json()),
        why,
    }
}

async fn store(connection: &mut PgConnection, new: &mut DropLimits) -> Result<(), DatabaseError> {
    new.version = sqlx::query_scalar!(
        "update drops set admission_rate_per_second = $2, occupancy_cap = $3,
             order_rate_per_second = $4, mode = $5, message = $6,
             limits_version = limits_version + 1, version = version + 1
         where id = $1 returning limits_version",
        new.drop_id as DropId,
        new.limits.admission_rate_per_second,
        i32::try_from(new.limits.occupancy_cap).unwrap_or(i32::MAX),
        new.limits.order_rate_per_second,
        new.mode as DropMode,
        new.message.as_deref(),
    )
    .fetch_one(connection)
    .await
    .doing("store a drop's limits")?;
    Ok(())
}

/// Carries the theoretical arrival time over to the new order rate, under the lock of the drop's
/// row: a raised rate must not give a second burst (RATE-2), nor a lowered one a pause as long as
/// the old bucket.
async fn rescale_order_rate(
    connection: &mut PgConnection,
    old: &DropLimits,
    new: &DropLimits,
) -> Result<(), DatabaseError> {
    let rate = new.limits.order_rate_per_second;
    let rates = (Gcra::per_second(old.limits.order_rate_per_second), Gcra::per_second(rate));
    let (Some(old_rate), Some(new_rate)) = rates else { return Ok(()) };
    let times = sqlx::query!(
        r#"select tat_us, (extract(epoch from clock_timestamp()) * 1e6)::float8 as "now_us!"
         from order_paces where drop_id = $1"#,
        old.drop_id as DropId,
    )
    .fetch_one(&mut *connection)
    .await
    .doing("read the pace of a drop's orders")?;
    let Some(tat_us) = times.tat_us else { return Ok(()) };
    sqlx::query!(
        "update order_paces set tat_us = $2, rate = $3 where drop_id = $1",
        old.drop_id as DropId,
        new_rate.rescale(&old_rate, tat_us, times.now_us),
        rate,
    )
    .execute(connection)
    .await
    .doing("rescale the pace of a drop's orders")?;
    Ok(())
}
