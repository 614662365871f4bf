//! Limits and mode of a drop.

use super::error::ChangeDropError;
use crate::{DatabaseError, Doing, people::audit::AuditEntry};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde_json::{Value, json};
use shared::{
    drop_message::DropMessage,
    drops::{DropMode, DropState, Limits},
    ids::{DropId, SellerId},
};
use sqlx::{PgConnection, PgPool};

/// How fast a drop goes and whether it may.
#[derive(Clone, Debug, PartialEq)]
pub struct DropLimits {
    /// Names the drop.
    pub drop_id: DropId,
    /// The tenant that sells it.
    pub seller_id: SellerId,
    /// Where it is in its life.
    pub state: DropState,
    /// How fast it goes.
    pub limits: Limits,
    /// Whether it may go at all.
    pub mode: DropMode,
    /// When maintenance is said to end; told, and nothing more.
    pub mode_until: Option<Timestamp>,
    /// The message to those who wait, the seller's or an operator's.
    pub message: Option<DropMessage>,
    /// Raised with each change.
    pub version: i64,
}

impl DropLimits {
    /// Returns what the audit log keeps of them.
    pub(super) fn as_json(&self) -> Value {
        json!({
            "limits": self.limits,
            "mode": self.mode,
            "mode_until": self.mode_until,
            "message": self.message,
            "version": self.version,
        })
    }
}

/// Limits of the drop $1, if it meets the rest of the condition.
macro_rules! select_limits {
    ($rest:literal, $($argument:expr),+) => {
        sqlx::query!(
            "select id, seller_id, state, mode, mode_until, message, limits_version,
                 admission_rate_per_second, occupancy_cap, order_rate_per_second, line_cap,
                 no_show_percent
             from drops where id = $1"
                + $rest,
            $($argument),+
        )
        .map(|row| DropLimits {
            drop_id: row.id,
            seller_id: row.seller_id,
            state: row.state,
            limits: Limits {
                admission_rate_per_second: row.admission_rate_per_second,
                occupancy_cap: row.occupancy_cap.unsigned_abs(),
                order_rate_per_second: row.order_rate_per_second,
                line_cap: row.line_cap.map(i32::unsigned_abs),
                no_show_percent: row.no_show_percent.and_then(|percent| percent.try_into().ok()),
            },
            mode: row.mode,
            mode_until: row.mode_until.map(jiff_sqlx::Timestamp::to_jiff),
            message: row.message.as_deref().map(DropMessage::read),
            version: row.limits_version,
        })
    };
}

/// Finds the limits of any tenant's drop: for operators.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn find_limits(
    pool: &PgPool,
    drop_id: DropId,
) -> Result<Option<DropLimits>, DatabaseError> {
    select_limits!("", drop_id as DropId).fetch_optional(pool).await.doing("find a drop's limits")
}

/// Locks any tenant's drop that is not over, and reads its limits.
pub(super) async fn lock(
    connection: &mut PgConnection,
    drop_id: DropId,
) -> Result<DropLimits, ChangeDropError> {
    not_over(lock_any(connection, drop_id).await?)
}

/// Locks a drop, whosever it is and even if it is over, and reads its limits.
pub(super) async fn lock_any(
    connection: &mut PgConnection,
    drop_id: DropId,
) -> Result<Option<DropLimits>, DatabaseError> {
    select_limits!(" for update", drop_id as DropId)
        .fetch_optional(connection)
        .await
        .doing("lock a drop's limits")
}

/// Locks a drop of a seller that is not over, and reads its limits.
pub(super) async fn lock_of_seller(
    connection: &mut PgConnection,
    seller_id: SellerId,
    drop_id: DropId,
) -> Result<DropLimits, ChangeDropError> {
    let found =
        select_limits!(" and seller_id = $2 for update", drop_id as DropId, seller_id as SellerId)
            .fetch_optional(connection)
            .await
            .doing("lock the limits of a seller's drop")?;
    not_over(found)
}

fn not_over(found: Option<DropLimits>) -> Result<DropLimits, ChangeDropError> {
    let limits = found.ok_or(ChangeDropError::NotFound)?;
    if limits.state.is_over() {
        return Err(ChangeDropError::WrongState(limits.state));
    }
    Ok(limits)
}

/// Stores limits, mode and message, and raises the version.
pub(super) async fn store(
    connection: &mut PgConnection,
    new: &mut DropLimits,
) -> Result<(), DatabaseError> {
    new.version = sqlx::query_scalar!(
        "update drops set admission_rate_per_second = $2, occupancy_cap = $3,
             order_rate_per_second = $4, line_cap = $5, no_show_percent = $6, mode = $7,
             mode_until = $8, message = $9,
             limits_version = limits_version + 1, version = version + 1
         where id = $1 returning limits_version",
        new.drop_id as DropId,
        new.limits.admission_rate_per_second,
        i32::try_from(new.limits.occupancy_cap).unwrap_or(i32::MAX),
        new.limits.order_rate_per_second,
        new.limits.line_cap.map(|cap| i32::try_from(cap).unwrap_or(i32::MAX)),
        new.limits.no_show_percent.map(i16::from),
        new.mode as DropMode,
        new.mode_until.map(ToSqlx::to_sqlx),
        new.message.as_ref().map(DropMessage::kept),
    )
    .fetch_one(connection)
    .await
    .doing("store a drop's limits")?;
    Ok(())
}

/// Returns the audit row of a change.
pub(super) fn entry<'a>(
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
