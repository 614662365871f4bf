//! Changing the mode of a drop, live; see [`change_limits`](super::change_limits()) for what goes
//! with each change.
//!
//! An operator may do so with any drop. A seller may pause their own, and resume it after a pause of
//! their own: what an operator has stopped stays so until an operator says otherwise.

use super::{
    error::ChangeDropError,
    limits::{DropLimits, entry, lock, lock_of_seller, store},
};
use crate::{DatabaseError, Doing, people::audit};
use jiff::Timestamp;
use shared::{
    drop_message::DropMessage,
    drops::DropMode,
    ids::{DropId, SellerId},
};
use sqlx::{PgConnection, PgPool};

/// A new mode with the message that goes with it.
#[derive(Clone, Debug)]
pub struct ModeChange {
    /// What the drop may do from now on.
    pub mode: DropMode,
    /// When maintenance is said to end; no other mode has such a moment.
    pub until: Option<Timestamp>,
    /// To those who wait; `None` removes the old message.
    pub message: Option<DropMessage>,
}

/// Changes the mode of any tenant's drop and the message to those who wait: for operators.
///
/// # Errors
///
/// Returns [`ChangeDropError`] when there is none, or it is over.
pub async fn change_mode(
    pool: &PgPool,
    drop_id: DropId,
    change: ModeChange,
    actor: &str,
    why: &str,
) -> Result<DropLimits, ChangeDropError> {
    let mut transaction = pool.begin().await.doing("begin to change a mode")?;
    let old = lock(&mut transaction, drop_id).await?;
    // To pause what its seller has paused changes who may resume it, and the audit log says so.
    let takes_over = old.mode != DropMode::Running && is_sellers(&mut transaction, drop_id).await?;
    let new = match changed(&old, change) {
        new if new == old && !takes_over => return Ok(old),
        new => write(&mut transaction, &old, new, actor, why).await?,
    };
    transaction.commit().await.doing("commit a mode")?;
    Ok(new)
}

/// Changes the mode of a seller's drop and the message to those who wait.
///
/// # Errors
///
/// Returns [`ChangeDropError`] when it is not the seller's, is over, or was stopped by an operator.
pub async fn change_mode_of_seller(
    pool: &PgPool,
    seller_id: SellerId,
    drop_id: DropId,
    change: ModeChange,
    actor: &str,
    why: &str,
) -> Result<DropLimits, ChangeDropError> {
    let mut transaction = pool.begin().await.doing("begin to change a seller's mode")?;
    let old = lock_of_seller(&mut transaction, seller_id, drop_id).await?;
    if old.mode != DropMode::Running && !is_sellers(&mut transaction, drop_id).await? {
        return Err(ChangeDropError::StoppedByOperator);
    }
    let new = match changed(&old, change) {
        new if new == old => return Ok(old),
        new => write(&mut transaction, &old, new, actor, why).await?,
    };
    transaction.commit().await.doing("commit a seller's mode")?;
    Ok(new)
}

fn changed(old: &DropLimits, change: ModeChange) -> DropLimits {
    let until = change.until.filter(|_| change.mode == DropMode::Maintenance);
    // As exact as the column, or the same again would be a change.
    let mode_until = until.and_then(|at| Timestamp::from_microsecond(at.as_microsecond()).ok());
    DropLimits { mode: change.mode, mode_until, message: change.message, ..old.clone() }
}

/// Stores what has changed, and writes the audit row.
async fn write(
    connection: &mut PgConnection,
    old: &DropLimits,
    mut new: DropLimits,
    actor: &str,
    why: &str,
) -> Result<DropLimits, DatabaseError> {
    if new != *old {
        store(connection, &mut new).await?;
    }
    let action = match new.mode {
        DropMode::Running => "drop.resume",
        DropMode::Paused => "drop.pause",
        DropMode::Hold => "drop.hold",
        DropMode::Drain => "drop.drain",
        DropMode::Maintenance => "drop.maintenance",
        DropMode::Stopped => "drop.emergency_stop",
    };
    audit::write(connection, &entry(old, &new, actor, action, why)).await?;
    Ok(new)
}

/// Whether the seller set the mode that a drop has. The audit log knows: each change is in it, under
/// the lock of the drop. What it does not know was not the seller.
async fn is_sellers(connection: &mut PgConnection, drop_id: DropId) -> Result<bool, DatabaseError> {
    let last = sqlx::query_scalar!(
        r#"select actor like 'seller:%' as "is_sellers!" from audit_log
         where drop_id = $1 and action in ('drop.pause', 'drop.resume', 'drop.hold', 'drop.drain',
             'drop.maintenance', 'drop.emergency_stop')
         order by id desc limit 1"#,
        drop_id as DropId,
    )
    .fetch_optional(connection)
    .await
    .doing("look who set a drop's mode")?;
    Ok(last.unwrap_or(false))
}
