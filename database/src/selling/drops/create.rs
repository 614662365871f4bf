//! Creating a drop carves its units out of the stock of its variants, in one transaction with the moves
//! and the audit row: units are in a variant or in a drop, never in both and never in neither.

use super::{
    carve::{self, CarvedFor, NewDropVariant},
    error::CreateDropError,
    lanes::{self, DropLane},
};
use crate::{
    Doing,
    people::audit::{self, AuditEntry},
    selling::partitions::{self, Reservation},
};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde_json::json;
use shared::{
    drops::{DropState, Fulfilment, Limits},
    ids::{DropId, ProductId, SellerId},
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
    /// What is sold: variants of the product, each once, all in one currency.
    pub variants: Vec<NewDropVariant>,
    /// What an admission leads to: an order of the units that were asked for, or of as many as may be.
    pub fulfilment: Fulfilment,
    /// 1 to 200 characters.
    pub title: String,
    /// Plain text, may be empty.
    pub description: String,
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
/// Returns [`CreateDropError`] when a variant is not the seller's, has too few units or another currency
/// than the others, or when the drop would be one too many.
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
    let NewDrop { id, product_id, seller_id, .. } = *new_drop;
    carve::carve(connection, CarvedFor { drop_id: id, product_id, seller_id }, &new_drop.variants)
        .await?;
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
            "fulfilment": new_drop.fulfilment,
            "variants": new_drop.variants.iter().map(NewDropVariant::as_json).collect::<Vec<_>>(),
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
                 no_show_percent, members_only, invite_only, presence, cooldown_seconds,
                 fulfilment)
             select $1, seller_id, id, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
                 $17, $18, $19, $20, $21
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
        new_drop.fulfilment as Fulfilment,
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
