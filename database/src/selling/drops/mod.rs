//! Flash drops: what is shown of them, and how sellers and operators change them.
//!
//! | file | holds |
//! |---|---|
//! | `mod.rs` | reading: a drop with its product, variant and stock |
//! | `create.rs` | making one, which carves its units out of the variant's stock |
//! | `schedule.rs` | giving it its times; cancelling it |
//! | `limits.rs` | limits and mode, changed live with one audit row each |

mod create;
mod limits;
mod schedule;

pub use create::{CreateDropError, NewDrop, create};
pub use limits::{DropLimits, LimitsChange, ModeChange, change_limits, change_mode, find_limits};
pub use schedule::{Window, cancel, schedule};

use crate::{DatabaseError, Doing};
use jiff::Timestamp;
use shared::{
    drops::{DropMode, DropState, Limits},
    ids::{DropId, ProductId, SellerId, VariantId},
};
use sqlx::{FromRow, PgPool, Row, postgres::PgRow};
use std::str::FromStr;
use uuid::Uuid;

/// A drop with what it sells and how much is left.
#[derive(Clone, Debug)]
pub struct FlashDrop {
    /// Its id.
    pub id: DropId,
    /// The tenant.
    pub seller_id: SellerId,
    /// The tenant's name.
    pub seller_name: String,
    /// The product.
    pub product_id: ProductId,
    /// The product's name.
    pub product_name: String,
    /// The variant that is sold.
    pub variant: DropVariant,
    /// What it is called.
    pub title: String,
    /// Words about it.
    pub description: String,
    /// Where it is in its life.
    pub state: DropState,
    /// What the operator lets it do.
    pub mode: DropMode,
    /// The operator's words for those who wait.
    pub message: Option<String>,
    /// Why it ended.
    pub end_reason: Option<String>,
    /// When it opens.
    pub opens_at: Option<Timestamp>,
    /// When it closes.
    pub closes_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Units of one ticket, at most.
    pub max_units_per_ticket: i32,
    /// Units of one customer, at most.
    pub max_units_per_customer: i32,
    /// How long units are held for an order.
    pub hold_seconds: i32,
    /// How fast it goes.
    pub limits: Limits,
    /// Raised with each change of limits, mode or message.
    pub limits_version: i64,
    /// Units given to it.
    pub units_total: i32,
    /// Units that are free.
    pub units_available: i32,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a drop sells.
#[derive(Clone, Debug)]
pub struct DropVariant {
    /// The variant.
    pub id: VariantId,
    /// Its name.
    pub name: String,
    /// Price of one, minor units.
    pub price_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
}

/// Why a drop was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeDropError {
    /// There is none, or it is another tenant's.
    #[error("there is no such drop")]
    NotFound,
    /// Its state does not allow the change.
    #[error("a drop that is {0} cannot be changed so")]
    WrongState(DropState),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl FromRow<'_, PgRow> for FlashDrop {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: DropId::from_uuid(row.try_get("id")?),
            seller_id: SellerId::from_uuid(row.try_get("seller_id")?),
            seller_name: row.try_get("seller_name")?,
            product_id: ProductId::from_uuid(row.try_get("product_id")?),
            product_name: row.try_get("product_name")?,
            variant: DropVariant {
                id: VariantId::from_uuid(row.try_get("variant_id")?),
                name: row.try_get("variant_name")?,
                price_minor: row.try_get("price_minor")?,
                currency: row.try_get("currency")?,
            },
            title: row.try_get("title")?,
            description: row.try_get("description")?,
            state: text(row, "state")?,
            mode: text(row, "mode")?,
            message: row.try_get("message")?,
            end_reason: row.try_get("end_reason")?,
            opens_at: moment(row, "opens_at")?,
            closes_at: moment(row, "closes_at")?,
            ended_at: moment(row, "ended_at")?,
            max_units_per_ticket: row.try_get("max_units_per_ticket")?,
            max_units_per_customer: row.try_get("max_units_per_customer")?,
            hold_seconds: row.try_get("hold_seconds")?,
            limits: limits::read_limits(row)?,
            limits_version: row.try_get("limits_version")?,
            units_total: row.try_get("total")?,
            units_available: row.try_get("available")?,
            created_at: row.try_get::<jiff_sqlx::Timestamp, _>("created_at")?.to_jiff(),
        })
    }
}

fn text<T: FromStr>(row: &PgRow, column: &str) -> Result<T, sqlx::Error>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    row.try_get::<&str, _>(column)?.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))
}

fn moment(row: &PgRow, column: &str) -> Result<Option<Timestamp>, sqlx::Error> {
    let moment = row.try_get::<Option<jiff_sqlx::Timestamp>, _>(column)?;
    Ok(moment.map(jiff_sqlx::Timestamp::to_jiff))
}

/// Drops with their names and stock; one variant each.
macro_rules! select_drops {
    ($rest:literal) => {
        concat!(
            "select d.*, s.name as seller_name, p.name as product_name, v.id as variant_id,
                 v.name as variant_name, v.price_minor, v.currency, i.total, i.available
             from drops d
             join sellers s on s.id = d.seller_id
             join products p on p.id = d.product_id
             join inventory i on i.drop_id = d.id
             join variants v on v.id = i.variant_id
             where ",
            $rest
        )
    };
}

/// Reads drops that shoppers may see, newest first, from below `before`.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn list_public(
    pool: &PgPool,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<FlashDrop>, DatabaseError> {
    sqlx::query_as(select_drops!(
        "d.state <> 'draft' and ($1::uuid is null or d.id < $1) order by d.id desc limit $2"
    ))
    .bind(before)
    .bind(limit)
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
    sqlx::query_as(select_drops!("d.state <> 'draft' and d.id = $1"))
        .bind(id.as_uuid())
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
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<FlashDrop>, DatabaseError> {
    sqlx::query_as(select_drops!(
        "d.seller_id = $1 and ($2::uuid is null or d.id < $2) order by d.id desc limit $3"
    ))
    .bind(seller_id.as_uuid())
    .bind(before)
    .bind(limit)
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
    sqlx::query_as(select_drops!("d.seller_id = $1 and d.id = $2"))
        .bind(seller_id.as_uuid())
        .bind(id.as_uuid())
        .fetch_optional(pool)
        .await
        .doing("find a seller's drop")
}

/// Reads the ids of the open drops that have a room, or had one that is being rebuilt; at most
/// `limit`.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn list_with_rooms(pool: &PgPool, limit: i64) -> Result<Vec<DropId>, DatabaseError> {
    let ids: Vec<Uuid> = sqlx::query_scalar(
        "select id from drops where state = 'open' and epoch_state <> 'none'
             order by id desc limit $1",
    )
    .bind(limit)
    .fetch_all(pool)
    .await
    .doing("list open drops")?;
    Ok(ids.into_iter().map(DropId::from_uuid).collect())
}
