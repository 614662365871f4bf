//! Limits and mode of a drop.

use super::error::ChangeDropError;
use crate::{DatabaseError, Doing};
use serde_json::{Value, json};
use shared::{
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
    /// The operator's message to those who wait.
    pub message: Option<String>,
    /// Raised with each change.
    pub version: i64,
}

impl DropLimits {
    /// Returns what the audit log keeps of them.
    pub(super) fn as_json(&self) -> Value {
        json!({
            "limits": self.limits,
            "mode": self.mode,
            "message": self.message,
            "version": self.version,
        })
    }
}

/// Limits of the drop $1.
macro_rules! select_limits {
    ($rest:literal, $drop_id:expr) => {
        sqlx::query!(
            "select id, seller_id, state, mode, message, limits_version,
                 admission_rate_per_second, occupancy_cap, order_rate_per_second
             from drops where id = $1"
                + $rest,
            $drop_id as DropId
        )
        .map(|row| DropLimits {
            drop_id: row.id,
            seller_id: row.seller_id,
            state: row.state,
            limits: Limits {
                admission_rate_per_second: row.admission_rate_per_second,
                occupancy_cap: row.occupancy_cap.unsigned_abs(),
                order_rate_per_second: row.order_rate_per_second,
            },
            mode: row.mode,
            message: row.message,
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
    select_limits!("", drop_id).fetch_optional(pool).await.doing("find a drop's limits")
}

/// Locks a drop that is not over, and reads its limits.
pub(super) async fn lock(
    connection: &mut PgConnection,
    drop_id: DropId,
) -> Result<DropLimits, ChangeDropError> {
    let limits = select_limits!(" for update", drop_id)
        .fetch_optional(connection)
        .await
        .doing("lock a drop's limits")?
        .ok_or(ChangeDropError::NotFound)?;
    if limits.state.is_over() {
        return Err(ChangeDropError::WrongState(limits.state));
    }
    Ok(limits)
}
