//! Payment rows: locked with their order, closed by an answer, written to ask for the next call.

use super::due::PaymentKind;
use crate::{
    DatabaseError, Doing,
    money::ledger,
    ordering::{order::Order, orders},
};
use shared::ids::{OrderId, PaymentId};
use sqlx::{PgConnection, prelude::FromRow};

#[derive(FromRow)]
pub(super) struct PaymentRow {
    pub(super) id: PaymentId,
    pub(super) order_id: OrderId,
    pub(super) amount_minor: i64,
    pub(super) currency: String,
    pub(super) payment_method: Option<String>,
    pub(super) provider_id: Option<String>,
}

/// Locks a row that has no certain answer yet, and before it its order.
pub(super) async fn lock(
    conn: &mut PgConnection,
    id: PaymentId,
) -> Result<Option<(PaymentRow, Order)>, DatabaseError> {
    let order_id: Option<OrderId> =
        sqlx::query_scalar("select order_id from payments where id = $1")
            .bind(id)
            .fetch_optional(&mut *conn)
            .await
            .doing("look for a payment")?;
    let orders = orders::lock(conn, order_id.as_slice()).await?;
    let payment: Option<PaymentRow> = sqlx::query_as(
        "select id, order_id, amount_minor, currency, payment_method, provider_id
         from payments where id = $1 and status in ('pending', 'unknown') for update",
    )
    .bind(id)
    .fetch_optional(conn)
    .await
    .doing("lock a payment")?;
    Ok(payment.zip(orders.into_iter().next()))
}

impl PaymentRow {
    /// Writes the certain answer.
    pub(super) async fn close(
        &self,
        conn: &mut PgConnection,
        status: &str,
        code: Option<&str>,
    ) -> Result<(), DatabaseError> {
        sqlx::query(
            "update payments set status = $2, decline_code = $3, claimed_until = null,
                 provider_id = coalesce($4, provider_id), updated_at = clock_timestamp()
             where id = $1",
        )
        .bind(self.id)
        .bind(status)
        .bind(code)
        .bind(&self.provider_id)
        .execute(conn)
        .await
        .doing("close a payment")?;
        Ok(())
    }

    /// Writes the row of the next call, once per order and kind.
    pub(super) async fn ask(
        &self,
        conn: &mut PgConnection,
        kind: PaymentKind,
    ) -> Result<(), DatabaseError> {
        sqlx::query(
            "insert into payments (id, order_id, kind, idempotency_key, amount_minor, currency,
                 payment_method, provider_id)
             values ($1, $2, $3, $4, $5, $6, $7, $8)
             on conflict on constraint payment_once do nothing",
        )
        .bind(PaymentId::generate())
        .bind(self.order_id)
        .bind(kind)
        .bind(format!("{}:{kind}:1", self.order_id))
        .bind(self.amount_minor)
        .bind(&self.currency)
        .bind(&self.payment_method)
        .bind(&self.provider_id)
        .execute(conn)
        .await
        .doing("ask for the next payment step")?;
        Ok(())
    }

    /// Writes the capture that happened against our belief, as a row of its own.
    pub(super) async fn note_capture(
        &self,
        conn: &mut PgConnection,
    ) -> Result<PaymentId, DatabaseError> {
        sqlx::query_scalar(
            "insert into payments as p (id, order_id, kind, idempotency_key, amount_minor, currency,
                 payment_method, provider_id, status)
             values ($1, $2, 'capture', $3, $4, $5, $6, $7, 'succeeded')
             on conflict on constraint payment_once do update
                 set status = 'succeeded', updated_at = clock_timestamp()
             returning p.id",
        )
        .bind(PaymentId::generate())
        .bind(self.order_id)
        .bind(format!("{}:capture:1", self.order_id))
        .bind(self.amount_minor)
        .bind(&self.currency)
        .bind(&self.payment_method)
        .bind(&self.provider_id)
        .fetch_one(conn)
        .await
        .doing("note a capture")
    }

    /// Books that `amount_minor` moved to the provider by this payment (away from it, if negative).
    pub(super) async fn book(
        &self,
        conn: &mut PgConnection,
        payment_id: PaymentId,
        amount_minor: i64,
    ) -> Result<(), DatabaseError> {
        ledger::book(conn, self.order_id, payment_id, amount_minor, &self.currency).await
    }
}
