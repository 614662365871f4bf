//! Creating a drop carves its units out of the variant's stock, in one transaction with the move
//! and the audit row: units are in a variant or in a drop, never in both and never in neither.

use super::lanes::{self, DropLane};
use crate::{
    DatabaseError, Doing,
    people::audit::{self, AuditEntry},
    selling::partitions::{self, Reservation},
};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde_json::json;
use shared::{
    drops::{DropState, Limits},
    ids::{DropId, ProductId, SellerId, VariantId},
};
use sqlx::{PgConnection, PgPool};

/// A drop to create.
#[derive(Clone, Debug)]
pub struct NewDrop {
    /// An existing drop with this id is left as it is.
    pub id: DropId,
    /// The tenant that sells it.
    pub seller_id: SellerId,
    /// A product of the tenant's.
    pub product_id: ProductId,
    /// The variant that is sold.
    pub variant_id: VariantId,
    /// 1 to 200 characters.
    pub title: String,
    /// Plain text, may be empty.
    pub description: String,
    /// Units to be sold, taken out of the variant's stock.
    pub units: i32,
    /// When it opens; a drop without a time stays a draft.
    pub opens_at: Option<Timestamp>,
    /// When it closes; `None` for no end.
    pub closes_at: Option<Timestamp>,
    /// Units of one ticket, at most.
    pub max_units_per_ticket: i32,
    /// Units of one customer, at most.
    pub max_units_per_customer: i32,
    /// How long units are held for an order.
    pub hold_seconds: i32,
    /// How long a shopper may not join again whose hold ran out unpaid; 0 for no time.
    pub cooldown_seconds: i32,
    /// Whether only those may join who the seller's own site says are its members.
    pub members_only: bool,
    /// Whether only those may join who have redeemed a code.
    pub invite_only: bool,
    /// The lanes beside the normal one, by number.
    pub lanes: Vec<DropLane>,
    /// Whether those who are absent near the front of the line are passed over.
    pub presence: bool,
    /// How fast it goes.
    pub limits: Limits,
}

/// Why a drop was not created.
#[derive(Debug, thiserror::Error)]
pub enum CreateDropError {
    /// The seller has no such variant of such a product.
    #[error("there is no such variant")]
    VariantNotFound,
    /// The variant has fewer units than were asked for.
    #[error("only {in_stock} units are in stock")]
    NotEnoughStock {
        /// Units that the variant has.
        in_stock: i32,
    },
    /// Every partition that there may be is another drop's.
    #[error("all {limit} partitions are taken")]
    NoPartition {
        /// How many there may be.
        limit: u16,
    },
    /// Its seller has as many drops alive as it may have.
    #[error("the seller has {limit} drops already")]
    QuotaUsed {
        /// How many it may have.
        limit: i32,
    },
    /// The database failed; nothing is created then.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl NewDrop {
    fn state(&self) -> DropState {
        if self.opens_at.is_some() { DropState::Scheduled } else { DropState::Draft }
    }
}

/// Creates a drop with its stock; one that has a time gets a partition of its own, out of
/// `partition_limit`.
///
/// # Errors
///
/// Returns [`CreateDropError`] when the variant is not the seller's or has too few units, or when
/// the drop would be one too many.
pub async fn create(
    pool: &PgPool,
    new_drop: &NewDrop,
    partition_limit: u16,
    actor: &str,
) -> Result<(), CreateDropError> {
    let mut transaction = pool.begin().await.doing("begin to create a drop")?;
    let connection = &mut *transaction;
    if !insert(connection, new_drop).await? {
        return Ok(());
    }
    carve(connection, new_drop).await?;
    lanes::insert(connection, new_drop.id, &new_drop.lanes).await?;
    if new_drop.state() == DropState::Scheduled {
        reserve_partition(connection, new_drop.id, partition_limit).await?;
    }
    let entry = AuditEntry {
        actor,
        action: "drop.create",
        drop_id: Some(new_drop.id),
        seller_id: Some(new_drop.seller_id),
        old: None,
        new: Some(json!({
            "state": new_drop.state(),
            "variant_id": new_drop.variant_id,
            "units": new_drop.units,
            "opens_at": new_drop.opens_at,
            "closes_at": new_drop.closes_at,
            "members_only": new_drop.members_only,
            "invite_only": new_drop.invite_only,
            "lanes": lanes::as_json(&new_drop.lanes),
            "presence": new_drop.presence,
            "limits": new_drop.limits,
        })),
        why: "a new drop",
    };
    audit::write(connection, &entry).await?;
    Ok(transaction.commit().await.doing("commit a drop")?)
}

/// Gives a new drop a partition of its own, out of `limit`.
pub(in crate::selling) async fn reserve_partition(
    connection: &mut PgConnection,
    drop_id: DropId,
    limit: u16,
) -> Result<(), CreateDropError> {
    match partitions::reserve(connection, drop_id, limit).await? {
        Reservation::Reserved => Ok(()),
        Reservation::AllTaken => Err(CreateDropError::NoPartition { limit }),
        Reservation::QuotaUsed { limit } => Err(CreateDropError::QuotaUsed { limit }),
    }
}

/// Inserts the row and that of its pace; `false` when it exists already, from a first try whose
/// answer was lost.
async fn insert(
    connection: &mut PgConnection,
    new_drop: &NewDrop,
) -> Result<bool, CreateDropError> {
    let inserted = sqlx::query!(
        "with inserted as (
             insert into drops (id, seller_id, product_id, title, description, state, opens_at,
                 closes_at, max_units_per_ticket, max_units_per_customer, hold_seconds,
                 admission_rate_per_second, occupancy_cap, order_rate_per_second, line_cap,
                 no_show_percent, members_only, invite_only, presence, cooldown_seconds)
             select $1, seller_id, id, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
                 $17, $18, $19, $20
             from products where seller_id = $2 and id = $3
             on conflict (id) do nothing returning id)
         insert into order_paces (drop_id) select id from inserted",
        new_drop.id as DropId,
        new_drop.seller_id as SellerId,
        new_drop.product_id as ProductId,
        new_drop.title,
        new_drop.description,
        new_drop.state() as DropState,
        new_drop.opens_at.map(ToSqlx::to_sqlx),
        new_drop.closes_at.map(ToSqlx::to_sqlx),
        new_drop.max_units_per_ticket,
        new_drop.max_units_per_customer,
        new_drop.hold_seconds,
        new_drop.limits.admission_rate_per_second,
        i32::try_from(new_drop.limits.occupancy_cap).unwrap_or(i32::MAX),
        new_drop.limits.order_rate_per_second,
        new_drop.limits.line_cap.map(|cap| i32::try_from(cap).unwrap_or(i32::MAX)),
        new_drop.limits.no_show_percent.map(i16::from),
        new_drop.members_only,
        new_drop.invite_only,
        new_drop.presence,
        new_drop.cooldown_seconds,
    )
    .execute(&mut *connection)
    .await
    .doing("create a drop")?;
    if inserted.rows_affected() == 1 {
        return Ok(true);
    }
    let exists = sqlx::query_scalar!(
        r#"select exists (select from drops where id = $1 and seller_id = $2) as "exists!""#,
        new_drop.id as DropId,
        new_drop.seller_id as SellerId,
    )
    .fetch_one(connection)
    .await
    .doing("look for a drop")?;
    if exists { Ok(false) } else { Err(CreateDropError::VariantNotFound) }
}

async fn carve(connection: &mut PgConnection, new_drop: &NewDrop) -> Result<(), CreateDropError> {
    let taken = sqlx::query!(
        "update variants set stock = stock - $4
         where id = $1 and product_id = $2 and seller_id = $3 and stock >= $4",
        new_drop.variant_id as VariantId,
        new_drop.product_id as ProductId,
        new_drop.seller_id as SellerId,
        new_drop.units,
    )
    .execute(&mut *connection)
    .await
    .doing("take units out of a variant")?;
    if taken.rows_affected() == 0 {
        return Err(why_not_taken(connection, new_drop).await?);
    }
    sqlx::query!(
        "with stock as (
             insert into inventory (drop_id, variant_id, seller_id, offered, total, available)
             values ($1, $2, $3, $4, $4, $4) returning version)
         insert into stock_moves
             (drop_id, variant_id, version, cause, d_available, d_reserved, d_sold)
         select $1, $2, version, 'carve', $4, 0, 0 from stock",
        new_drop.id as DropId,
        new_drop.variant_id as VariantId,
        new_drop.seller_id as SellerId,
        new_drop.units,
    )
    .execute(connection)
    .await
    .doing("give units to a drop")?;
    Ok(())
}

async fn why_not_taken(
    connection: &mut PgConnection,
    new_drop: &NewDrop,
) -> Result<CreateDropError, DatabaseError> {
    let in_stock = sqlx::query_scalar!(
        "select stock from variants where id = $1 and product_id = $2 and seller_id = $3",
        new_drop.variant_id as VariantId,
        new_drop.product_id as ProductId,
        new_drop.seller_id as SellerId,
    )
    .fetch_optional(connection)
    .await
    .doing("look at a variant's stock")?;
    Ok(in_stock.map_or(CreateDropError::VariantNotFound, |in_stock| {
        CreateDropError::NotEnoughStock { in_stock }
    }))
}
