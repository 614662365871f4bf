//! The steps of a hold on its way to the money, each a compare-and-set.

use crate::{DatabaseError, Doing};
use shared::ids::OrderId;
use sqlx::PgConnection;

/// Whether the units of an order are held and their time is not over.
pub(super) async fn is_held(
    conn: &mut PgConnection,
    order_id: OrderId,
) -> Result<bool, DatabaseError> {
    let held: Option<bool> = sqlx::query_scalar(
        "select state = 'held' and expires_at > clock_timestamp() from holds where order_id = $1",
    )
    .bind(order_id)
    .fetch_optional(conn)
    .await
    .doing("look at a hold")?;
    Ok(held.unwrap_or(false))
}

/// The pivot: one compare-and-set decides between the money and the sweeper.
pub(super) async fn pass(
    conn: &mut PgConnection,
    order_id: OrderId,
) -> Result<bool, DatabaseError> {
    Ok(is_held(conn, order_id).await? && change(conn, order_id, "held", "capturing").await?)
}

/// The units belong to the shopper now.
pub(super) async fn sell(
    conn: &mut PgConnection,
    order_id: OrderId,
) -> Result<bool, DatabaseError> {
    change(conn, order_id, "capturing", "sold").await
}

async fn change(
    conn: &mut PgConnection,
    order_id: OrderId,
    from: &str,
    to: &str,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query(
        "update holds set state = $3, updated_at = clock_timestamp()
         where order_id = $1 and state = $2",
    )
    .bind(order_id)
    .bind(from)
    .bind(to)
    .execute(conn)
    .await
    .doing("change a hold")?;
    Ok(done.rows_affected() == 1)
}
