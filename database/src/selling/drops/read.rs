//! Reading drops: as shoppers, their seller and operators may see them.

use super::flash_drop::{DropVariant, FlashDrop, select_drops};
use crate::{DatabaseError, Doing};
use shared::{
    drops::DropState,
    ids::{DropId, SellerId},
};
use sqlx::{PgPool, types::Json};

/// Which drops are wanted; `None` stands for any.
#[derive(Clone, Copy, Debug, Default)]
pub struct DropFilter<'a> {
    /// Those of this tenant.
    pub seller_id: Option<SellerId>,
    /// Those that are here in their life.
    pub state: Option<DropState>,
    /// Those with this text in their title or their seller's name, in small or capital letters, and
    /// the one with this id.
    pub text: Option<&'a str>,
}

/// Reads drops that shoppers may see, newest first, from below `before`.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn list_public(
    pool: &PgPool,
    before: Option<DropId>,
    limit: i64,
) -> Result<Vec<FlashDrop>, DatabaseError> {
    select_drops!(
        "d.state <> 'draft' and ($1::uuid is null or d.id < $1) order by d.id desc limit $2",
        before as Option<DropId>,
        limit
    )
    .fetch_all(pool)
    .await
    .doing("list drops")
}

/// Finds a drop that shoppers may see.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn find_public(pool: &PgPool, id: DropId) -> Result<Option<FlashDrop>, DatabaseError> {
    select_drops!("d.state <> 'draft' and d.id = $1", id as DropId)
        .fetch_optional(pool)
        .await
        .doing("find a drop")
}

/// Reads drops of a seller, newest first, from below `before`.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn list_of_seller(
    pool: &PgPool,
    seller_id: SellerId,
    before: Option<DropId>,
    limit: i64,
) -> Result<Vec<FlashDrop>, DatabaseError> {
    select_drops!(
        "d.seller_id = $1 and ($2::uuid is null or d.id < $2) order by d.id desc limit $3",
        seller_id as SellerId,
        before as Option<DropId>,
        limit
    )
    .fetch_all(pool)
    .await
    .doing("list a seller's drops")
}

/// Finds a drop of a seller.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn find_of_seller(
    pool: &PgPool,
    seller_id: SellerId,
    id: DropId,
) -> Result<Option<FlashDrop>, DatabaseError> {
    select_drops!("d.seller_id = $1 and d.id = $2", seller_id as SellerId, id as DropId)
        .fetch_optional(pool)
        .await
        .doing("find a seller's drop")
}

/// Reads drops of all tenants, newest first, from below `before`: for operators.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn list(
    pool: &PgPool,
    filter: DropFilter<'_>,
    before: Option<DropId>,
    limit: i64,
) -> Result<Vec<FlashDrop>, DatabaseError> {
    select_drops!(
        "($1::uuid is null or d.seller_id = $1) and ($2::text is null or d.state = $2)
             and ($3::uuid is null or d.id < $3)
             and ($5::text is null or position(lower($5) in lower(d.title)) > 0
                 or position(lower($5) in lower(s.name)) > 0 or d.id::text = lower($5))
         order by d.id desc limit $4",
        filter.seller_id as Option<SellerId>,
        filter.state as Option<DropState>,
        before as Option<DropId>,
        limit,
        filter.text
    )
    .fetch_all(pool)
    .await
    .doing("list all drops")
}

/// Finds a drop of any tenant: for operators.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn find(pool: &PgPool, id: DropId) -> Result<Option<FlashDrop>, DatabaseError> {
    select_drops!("d.id = $1", id as DropId).fetch_optional(pool).await.doing("find any drop")
}

/// Reads the ids of the open drops that have a room, or had one that is being rebuilt; at most
/// `limit`, the newest first.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn list_with_rooms(pool: &PgPool, limit: i64) -> Result<Vec<DropId>, DatabaseError> {
    sqlx::query_scalar!(
        "select id from drops where state = 'open' and epoch_state <> 'none'
         order by id desc limit $1",
        limit,
    )
    .fetch_all(pool)
    .await
    .doing("list open drops")
}
