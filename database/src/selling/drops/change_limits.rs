//! Changing the limits of a drop, live. Each change raises `limits_version`, by which workers see
//! that Redis is behind, and writes exactly one audit row in the same transaction (AUDIT-1). A change
//! that alters nothing raises and writes nothing. Either ends the drop's plan, if it has one.

use super::{
    error::ChangeDropError,
    limit_plan,
    limits::{DropLimits, entry, lock, store},
};
use crate::{DatabaseError, Doing, people::audit};
use shared::{drops::Limits, gcra::Gcra, ids::DropId};
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
    /// Tickets that may wait at one time, at most.
    pub line_cap: Option<NewLineCap>,
    /// Up to how many percent the cap may be exceeded in place of no-shows, 30 at most; 0 for none.
    pub no_show_percent: Option<u8>,
}

/// A new cap on a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewLineCap {
    /// As many as the setting for all drops allows.
    OfSetting,
    /// So many.
    Tickets(u32),
}

impl LimitsChange {
    /// Whether everything stays.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.admission_rate_per_second.is_none()
            && self.occupancy_cap.is_none()
            && self.order_rate_per_second.is_none()
            && self.line_cap.is_none()
            && self.no_show_percent.is_none()
    }

    /// Returns the limits after the change.
    #[must_use]
    pub fn apply_to(self, old: Limits) -> Limits {
        let no_show_percent = self.no_show_percent.or(old.no_show_percent);
        Limits {
            admission_rate_per_second: self
                .admission_rate_per_second
                .unwrap_or(old.admission_rate_per_second),
            occupancy_cap: self.occupancy_cap.unwrap_or(old.occupancy_cap),
            order_rate_per_second: self.order_rate_per_second.unwrap_or(old.order_rate_per_second),
            line_cap: match self.line_cap {
                None => old.line_cap,
                Some(NewLineCap::OfSetting) => None,
                Some(NewLineCap::Tickets(cap)) => Some(cap),
            },
            no_show_percent: no_show_percent.filter(|percent| *percent > 0),
        }
    }
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
    let has_ended_plan = limit_plan::end(&mut transaction, &old, actor, why).await?;
    if new == old && !has_ended_plan {
        return Ok(old);
    }
    if new != old {
        put(&mut transaction, &old, &mut new).await?;
        audit::write(&mut transaction, &entry(&old, &new, actor, "drop.limits", why)).await?;
    }
    transaction.commit().await.doing("commit limits")?;
    Ok(new)
}

/// Stores limits that differ, under the lock of the drop's row.
pub(super) async fn put(
    connection: &mut PgConnection,
    old: &DropLimits,
    new: &mut DropLimits,
) -> Result<(), DatabaseError> {
    rescale_order_rate(connection, old, new).await?;
    store(connection, new).await
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
    if rate == old.limits.order_rate_per_second {
        return Ok(());
    }
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
