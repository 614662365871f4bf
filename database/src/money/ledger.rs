//! Double entry: what the provider owes, what the seller gets.

use crate::{DatabaseError, Doing};
use shared::ids::{OrderId, PaymentId};
use sqlx::PgConnection;
use uuid::Uuid;

/// Writes two entries that add up to zero: `amount_minor` more is with the provider for the
/// seller (less, for a refund). A second time for the same payment changes nothing.
pub(super) async fn book(
    conn: &mut PgConnection,
    order_id: OrderId,
    payment_id: PaymentId,
    amount_minor: i64,
    currency: &str,
) -> Result<(), DatabaseError> {
    sqlx::query(
        "insert into ledger_entries
             (transaction_id, order_id, payment_id, account, amount_minor, currency)
         values ($1, $2, $3, 'provider', $4, $5), ($1, $2, $3, 'seller', -$4, $5)
         on conflict on constraint ledger_once do nothing",
    )
    .bind(Uuid::now_v7())
    .bind(order_id)
    .bind(payment_id)
    .bind(amount_minor)
    .bind(currency)
    .execute(conn)
    .await
    .doing("book a payment")?;
    Ok(())
}
