//! Live numbers of a drop.

use crate::{DatabaseError, Doing};
use shared::ids::{DropId, SellerId};
use sqlx::{PgPool, types::Json};
use std::collections::BTreeMap;

/// How a drop sells.
#[derive(Clone, Debug)]
pub struct DropNumbers {
    /// Units given to the drop: available, reserved and sold.
    pub units_total: i64,
    /// Units that are free.
    pub units_available: i64,
    /// Units held for orders.
    pub units_reserved: i64,
    /// Units of confirmed orders.
    pub units_sold: i64,
    /// Price of all confirmed orders, minor units.
    pub revenue_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// How many orders are in each state; states without orders are left out.
    pub orders: BTreeMap<String, i64>,
}

/// Counts what a seller's drop has sold; one statement, so that the sums fit together.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn of_drop(
    pool: &PgPool,
    seller_id: SellerId,
    drop_id: DropId,
) -> Result<Option<DropNumbers>, DatabaseError> {
    sqlx::query!(
        r#"with states as (
             select state, count(*) as n, sum(amount_minor) as amount_minor
             from orders where drop_id = $2 and seller_id = $1 group by state)
         select sum(i.total)::bigint as "total!", sum(i.available)::bigint as "available!",
             sum(i.reserved)::bigint as "reserved!", sum(i.sold)::bigint as "sold!",
             min(v.currency) as "currency!",
             coalesce((select amount_minor from states where state = 'confirmed'), 0)::bigint
                 as "revenue_minor!",
             coalesce((select json_object_agg(state, n) from states), '{}')
                 as "orders!: Json<BTreeMap<String, i64>>"
         from inventory i join variants v on v.id = i.variant_id
         where i.drop_id = $2 and i.seller_id = $1
         having count(*) > 0"#,
        seller_id as SellerId,
        drop_id as DropId,
    )
    .map(|row| DropNumbers {
        units_total: row.total,
        units_available: row.available,
        units_reserved: row.reserved,
        units_sold: row.sold,
        revenue_minor: row.revenue_minor,
        currency: row.currency,
        orders: row.orders.0,
    })
    .fetch_optional(pool)
    .await
    .doing("count a drop's sales")
}
