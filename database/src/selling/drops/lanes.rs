//! The lanes of a drop, set before it opens. Shoppers are told their shares, so they stay from then on.

use super::error::ChangeDropError;
use crate::{
    DatabaseError, Doing,
    people::audit::{self, AuditEntry},
};
use serde_json::{Value, json};
use shared::{
    drops::DropState,
    ids::{DropId, SellerId},
    line::{Lane, LaneShare},
};
use sqlx::{PgConnection, PgPool};

/// A lane beside the normal one, which has no name and the rest of the admissions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DropLane {
    /// Which lane, and its share.
    pub share: LaneShare,
    /// What shoppers know it by, 1 to 200 characters.
    pub name: String,
}

impl DropLane {
    /// Puts together what a query returned: three columns of the same length.
    pub(crate) fn rows(lanes: &[i16], names: Vec<String>, percents: &[i16]) -> Vec<Self> {
        let shares = lanes.iter().zip(percents).map(|(lane, percent)| lane_share(*lane, *percent));
        shares.zip(names).map(|(share, name)| Self { share, name }).collect()
    }
}

/// Returns a lane with its share as the table has them.
pub(crate) fn lane_share(lane: i16, percent: i16) -> LaneShare {
    // The table's checks keep both in these bounds.
    let number = |number: i16| u8::try_from(number).unwrap_or_default();
    LaneShare { lane: Lane(number(lane)), percent: number(percent) }
}

/// Returns what the audit log keeps of lanes.
pub(super) fn as_json(lanes: &[DropLane]) -> Value {
    let lane = |one: &DropLane| {
        json!({
            "lane": one.share.lane,
            "name": one.name,
            "share_percent": one.share.percent,
        })
    };
    lanes.iter().map(lane).collect()
}

/// Sets the lanes beside the normal one of a seller's drop, by number. To set those that it has changes
/// nothing.
///
/// # Errors
///
/// Returns [`ChangeDropError`] when it is not the seller's, has opened, or has codes for a lane that
/// would go.
pub async fn set_lanes(
    pool: &PgPool,
    seller_id: SellerId,
    drop_id: DropId,
    lanes: &[DropLane],
    actor: &str,
    why: &str,
) -> Result<(), ChangeDropError> {
    let mut transaction = pool.begin().await.doing("begin to set lanes")?;
    let connection = &mut *transaction;
    let state = lock(connection, seller_id, drop_id).await?;
    if !matches!(state, DropState::Draft | DropState::Scheduled) {
        return Err(ChangeDropError::WrongState(state));
    }
    let old = read(connection, drop_id).await?;
    if old == lanes {
        return Ok(());
    }
    if has_codes_beside(connection, drop_id, lanes).await? {
        return Err(ChangeDropError::LaneHasCodes);
    }
    let version = replace(connection, drop_id, lanes).await?;
    let entry = AuditEntry {
        actor,
        action: "drop.lanes",
        drop_id: Some(drop_id),
        seller_id: Some(seller_id),
        old: Some(json!({ "lanes": as_json(&old), "version": version - 1 })),
        new: Some(json!({ "lanes": as_json(lanes), "version": version })),
        why,
    };
    audit::write(connection, &entry).await?;
    Ok(transaction.commit().await.doing("commit lanes")?)
}

async fn lock(
    connection: &mut PgConnection,
    seller_id: SellerId,
    drop_id: DropId,
) -> Result<DropState, ChangeDropError> {
    sqlx::query_scalar!(
        "select state from drops where id = $1 and seller_id = $2 for update",
        drop_id as DropId,
        seller_id as SellerId,
    )
    .fetch_optional(connection)
    .await
    .doing("lock a drop for its lanes")?
    .ok_or(ChangeDropError::NotFound)
}

async fn read(
    connection: &mut PgConnection,
    drop_id: DropId,
) -> Result<Vec<DropLane>, DatabaseError> {
    sqlx::query!(
        "select lane, name, share_percent from drop_lanes where drop_id = $1 order by lane",
        drop_id as DropId,
    )
    .map(|row| DropLane { share: lane_share(row.lane, row.share_percent), name: row.name })
    .fetch_all(connection)
    .await
    .doing("read lanes")
}

async fn has_codes_beside(
    connection: &mut PgConnection,
    drop_id: DropId,
    lanes: &[DropLane],
) -> Result<bool, DatabaseError> {
    let numbers: Vec<i16> = lanes.iter().map(|one| i16::from(one.share.lane.0)).collect();
    sqlx::query_scalar!(
        r#"select exists (select from drop_codes
               where drop_id = $1 and revoked_at is null and lane <> 0 and lane <> all ($2))
               as "exists!""#,
        drop_id as DropId,
        &numbers[..],
    )
    .fetch_one(connection)
    .await
    .doing("look for codes of lanes")
}

/// Returns the new version of the limits, with which an existing room takes the lanes.
async fn replace(
    connection: &mut PgConnection,
    drop_id: DropId,
    lanes: &[DropLane],
) -> Result<i64, DatabaseError> {
    sqlx::query!("delete from drop_lanes where drop_id = $1", drop_id as DropId)
        .execute(&mut *connection)
        .await
        .doing("remove lanes")?;
    insert(connection, drop_id, lanes).await?;
    sqlx::query_scalar!(
        "update drops set limits_version = limits_version + 1, version = version + 1
         where id = $1 returning limits_version",
        drop_id as DropId,
    )
    .fetch_one(connection)
    .await
    .doing("tell of new lanes")
}

/// Gives a drop its lanes.
pub(super) async fn insert(
    connection: &mut PgConnection,
    drop_id: DropId,
    lanes: &[DropLane],
) -> Result<(), DatabaseError> {
    let numbers: Vec<i16> = lanes.iter().map(|one| i16::from(one.share.lane.0)).collect();
    let names: Vec<String> = lanes.iter().map(|one| one.name.clone()).collect();
    let percents: Vec<i16> = lanes.iter().map(|one| i16::from(one.share.percent)).collect();
    sqlx::query!(
        "insert into drop_lanes (drop_id, lane, name, share_percent)
         select $1, * from unnest($2::smallint[], $3::text[], $4::smallint[])",
        drop_id as DropId,
        &numbers[..],
        &names[..],
        &percents[..],
    )
    .execute(connection)
    .await
    .doing("store lanes")?;
    Ok(())
}
