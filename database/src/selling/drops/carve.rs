//! Carving a drop's units out of the stock of its variants: units are in a variant or in a drop, never in
//! both and never in neither.

use super::error::CreateDropError;
use crate::{DatabaseError, Doing};
use serde_json::{Value, json};
use shared::ids::{DropId, ProductId, SellerId, VariantId};
use sqlx::PgConnection;

/// A variant that a drop is to sell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewDropVariant {
    /// One of the product's.
    pub variant_id: VariantId,
    /// Units to be sold, taken out of the variant's stock.
    pub units: i32,
}

/// A new drop, and whose units it takes.
#[derive(Clone, Copy)]
pub(super) struct CarvedFor {
    pub(super) drop_id: DropId,
    pub(super) product_id: ProductId,
    pub(super) seller_id: SellerId,
}

impl NewDropVariant {
    /// Returns what the audit log keeps of it.
    pub(super) fn as_json(&self) -> Value {
        json!({ "variant_id": self.variant_id, "units": self.units })
    }
}

/// Gives a drop its stock. Variants are locked in the order of their ids, as by whoever gives units back.
pub(super) async fn carve(
    connection: &mut PgConnection,
    of: CarvedFor,
    variants: &[NewDropVariant],
) -> Result<(), CreateDropError> {
    let mut variants = variants.to_vec();
    variants.sort_unstable_by_key(|variant| variant.variant_id);
    for NewDropVariant { variant_id, units } in variants {
        if !take(connection, of, variant_id, units).await? {
            return Err(why_not_taken(connection, of, variant_id).await?);
        }
        give(connection, of, variant_id, units).await?;
    }
    ensure_one_currency(connection, of.drop_id).await
}

/// Takes units out of a variant; `false` if it is not there, or has too few.
async fn take(
    connection: &mut PgConnection,
    of: CarvedFor,
    variant_id: VariantId,
    units: i32,
) -> Result<bool, DatabaseError> {
    let taken = sqlx::query!(
        "update variants set stock = stock - $4
         where id = $1 and product_id = $2 and seller_id = $3 and stock >= $4",
        variant_id as VariantId,
        of.product_id as ProductId,
        of.seller_id as SellerId,
        units,
    )
    .execute(connection)
    .await
    .doing("take units out of a variant")?;
    Ok(taken.rows_affected() == 1)
}

async fn give(
    connection: &mut PgConnection,
    of: CarvedFor,
    variant_id: VariantId,
    units: i32,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "with stock as (
             insert into inventory (drop_id, variant_id, seller_id, offered, total, available)
             values ($1, $2, $3, $4, $4, $4) returning version)
         insert into stock_moves
             (drop_id, variant_id, version, cause, d_available, d_reserved, d_sold)
         select $1, $2, version, 'carve', $4, 0, 0 from stock",
        of.drop_id as DropId,
        variant_id as VariantId,
        of.seller_id as SellerId,
        units,
    )
    .execute(connection)
    .await
    .doing("give units to a drop")?;
    Ok(())
}

async fn why_not_taken(
    connection: &mut PgConnection,
    of: CarvedFor,
    variant_id: VariantId,
) -> Result<CreateDropError, DatabaseError> {
    let in_stock = sqlx::query_scalar!(
        "select stock from variants where id = $1 and product_id = $2 and seller_id = $3",
        variant_id as VariantId,
        of.product_id as ProductId,
        of.seller_id as SellerId,
    )
    .fetch_optional(connection)
    .await
    .doing("look at a variant's stock")?;
    Ok(in_stock.map_or(CreateDropError::VariantNotFound, |in_stock| {
        CreateDropError::NotEnoughStock { variant_id, in_stock }
    }))
}

/// What a drop takes is added up, so it has to be of one currency.
async fn ensure_one_currency(
    connection: &mut PgConnection,
    drop_id: DropId,
) -> Result<(), CreateDropError> {
    let n_currencies = sqlx::query_scalar!(
        r#"select count(distinct v.currency) as "n!"
         from inventory i join variants v on v.id = i.variant_id where i.drop_id = $1"#,
        drop_id as DropId,
    )
    .fetch_one(connection)
    .await
    .doing("look at the currencies of a drop")?;
    if n_currencies > 1 { Err(CreateDropError::SeveralCurrencies) } else { Ok(()) }
}
