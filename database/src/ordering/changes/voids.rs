//! Money of orders that ended, asked to be let go.

use crate::{DatabaseError, Doing};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use shared::ids::OrderId;
use sqlx::PgConnection;

/// Asks for what is authorized for these orders to be let go, once for each authorization. One that
/// is still on its way is let go when it comes.
pub(super) async fn ask(
    conn: &mut PgConnection,
    orders: &[OrderId],
    at: Timestamp,
) -> Result<(), DatabaseError> {
    if orders.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "with asked as (
             insert into payments (id, order_id, drop_id, kind, source_id, amount_minor, currency,
                 payment_method, provider_id, created_at, updated_at)
             select gen_random_uuid(), order_id, drop_id, 'void', id, amount_minor, currency,
                 payment_method, provider_id, $2::timestamptz, $2
             from payments
             where order_id = any($1) and kind = 'authorize' and status = 'succeeded'
             on conflict do nothing returning id, drop_id)
         insert into payment_calls (payment_id, drop_id, due_at) select id, drop_id, $2 from asked",
        orders as &[OrderId],
        at.to_sqlx(),
    )
    .execute(conn)
    .await
    .doing("ask for money to be let go")?;
    Ok(())
}
