//! Limits and mode of a drop, changed live. Each change raises `limits_version`, by which workers
//! see that Redis is behind, and writes exactly one audit row in the same transaction (AUDIT-1).
//! What changes nothing raises and writes nothing.

use super::{ChangeDropError, text};
use crate::{
    DatabaseError, Doing,
    people::audit::{self, AuditEntry},
};
use serde_json::{Value, json};
use shared::{
    drops::{DropMode, DropState, Limits},
    gcra::Gcra,
    ids::{DropId, SellerId},
};
use sqlx::{FromRow, PgConnection, PgPool, Row, postgres::PgRow};

/// How fast a drop goes and whether it may.
#[derive(Clone, Debug, PartialEq)]
pub struct DropLimits {
    /// The drop.
    pub drop_id: DropId,
    /// Its tenant.
    pub seller_id: SellerId,
    /// Where it is in its life.
    pub state: DropState,
    /// How fast.
    pub limits: Limits,
    /// Whether.
    pub mode: DropMode,
    /// The operator's words for those who wait.
    pub message: Option<String>,
    /// Raised with each change.
    pub version: i64,
}

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
}

/// A new mode with the words that go with it.
#[derive(Clone, Copy, Debug)]
pub struct ModeChange<'a> {
    /// What the drop may do.
    pub mode: DropMode,
    /// For those who wait; none takes the old words away.
    pub message: Option<&'a str>,
}

impl FromRow<'_, PgRow> for DropLimits {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            drop_id: DropId::from_uuid(row.try_get("id")?),
            seller_id: SellerId::from_uuid(row.try_get("seller_id")?),
            state: text(row, "state")?,
            limits: read_limits(row)?,
            mode: text(row, "mode")?,
            message: row.try_get("message")?,
            version: row.try_get("limits_version")?,
        })
    }
}

impl DropLimits {
    fn as_json(&self) -> Value {
        json!({
            "limits": self.limits,
            "mode": self.mode,
            "message": self.message,
            "version": self.version,
        })
    }

    fn with_limits(&self, change: LimitsChange) -> Self {
        let old = self.limits;
        let limits = Limits {
            admission_rate_per_second: change
                .admission_rate_per_second
                .unwrap_or(old.admission_rate_per_second),
            occupancy_cap: change.occupancy_cap.unwrap_or(old.occupancy_cap),
            order_rate_per_second: change
                .order_rate_per_second
                .unwrap_or(old.order_rate_per_second),
        };
        Self { limits, ..self.clone() }
    }
}

pub(super) fn read_limits(row: &PgRow) -> Result<Limits, sqlx::Error> {
    let occupancy_cap: i32 = row.try_get("occupancy_cap")?;
    Ok(Limits {
        admission_rate_per_second: row.try_get("admission_rate_per_second")?,
        occupancy_cap: occupancy_cap.unsigned_abs(),
        order_rate_per_second: row.try_get("order_rate_per_second")?,
    })
}

macro_rules! select_limits {
    ($rest:literal) => {
        concat!(
            "select id, seller_id, state, mode, message, limits_version,
                 admission_rate_per_second, occupancy_cap, order_rate_per_second
             from drops where id = $1",
            $rest
        )
    };
}

/// Finds the limits of a drop, whoever sells it: for operators.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn find_limits(
    pool: &PgPool,
    drop_id: DropId,
) -> Result<Option<DropLimits>, DatabaseError> {
    sqlx::query_as(select_limits!(""))
        .bind(drop_id.as_uuid())
        .fetch_optional(pool)
        .await
        .doing("find a drop's limits")
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
    let mut new = old.with_limits(change);
    if new == old {
        return Ok(old);
    }
    rescale_order_rate(&mut transaction, &old, &new).await?;
    store(&mut transaction, &mut new).await?;
    audit::write(&mut transaction, entry(&old, &new, actor, "drop.limits", why)).await?;
    transaction.commit().await.doing("commit limits")?;
    Ok(new)
}

/// Changes the mode of a drop and the words for those who wait.
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
    audit::write(&mut transaction, entry(&old, &new, actor, action, why)).await?;
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

async fn lock(
    connection: &mut PgConnection,
    drop_id: DropId,
) -> Result<DropLimits, ChangeDropError> {
    let limits: DropLimits = sqlx::query_as(select_limits!(" for update"))
        .bind(drop_id.as_uuid())
        .fetch_optional(connection)
        .await
        .doing("lock a drop's limits")?
        .ok_or(ChangeDropError::NotFound)?;
    if limits.state.is_over() {
        return Err(ChangeDropError::WrongState(limits.state));
    }
    Ok(limits)
}

async fn store(connection: &mut PgConnection, new: &mut DropLimits) -> Result<(), DatabaseError> {
    new.version = sqlx::query_scalar(
        "update drops set admission_rate_per_second = $2, occupancy_cap = $3,
             order_rate_per_second = $4, mode = $5, message = $6,
             limits_version = limits_version + 1, version = version + 1
         where id = $1 returning limits_version",
    )
    .bind(new.drop_id.as_uuid())
    .bind(new.limits.admission_rate_per_second)
    .bind(i32::try_from(new.limits.occupancy_cap).unwrap_or(i32::MAX))
    .bind(new.limits.order_rate_per_second)
    .bind(new.mode.as_str())
    .bind(new.message.as_deref())
    .fetch_one(connection)
    .await
    .doing("store a drop's limits")?;
    Ok(())
}

/// Carries the theoretical arrival time over to the new order rate, under the row's lock: a raised
/// rate must not give a second burst (RATE-2), nor a lowered one a pause as long as the old bucket.
async fn rescale_order_rate(
    connection: &mut PgConnection,
    old: &DropLimits,
    new: &DropLimits,
) -> Result<(), DatabaseError> {
    let rates = (
        Gcra::per_second(old.limits.order_rate_per_second),
        Gcra::per_second(new.limits.order_rate_per_second),
    );
    let (Some(old_rate), Some(new_rate)) = rates else { return Ok(()) };
    let times: (Option<f64>, f64) = sqlx::query_as(
        "select order_tat_us, (extract(epoch from clock_timestamp()) * 1e6)::float8
         from drops where id = $1",
    )
    .bind(old.drop_id.as_uuid())
    .fetch_one(&mut *connection)
    .await
    .doing("read a drop's order rate")?;
    let (Some(tat_us), now_us) = times else { return Ok(()) };
    sqlx::query("update drops set order_tat_us = $2 where id = $1")
        .bind(old.drop_id.as_uuid())
        .bind(new_rate.rescale(&old_rate, tat_us, now_us))
        .execute(connection)
        .await
        .doing("rescale a drop's order rate")?;
    Ok(())
}
