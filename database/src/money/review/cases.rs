//! What waits for a person.

use crate::{DatabaseError, Doing, money::payments::PaymentKind};
use jiff::Timestamp;
use shared::{
    ids::{DropId, OrderId, PaymentId, SellerId},
    lifecycle::TicketState,
};
use sqlx::PgPool;

/// A payment that only a person can decide.
#[derive(Clone, Debug)]
pub struct ReviewCase {
    /// The payment, to be named in the decision.
    pub payment_id: PaymentId,
    /// The order that is paid.
    pub order_id: OrderId,
    /// The drop whose order it is.
    pub drop_id: DropId,
    /// The tenant that sells it.
    pub seller_id: SellerId,
    /// What was asked of the provider.
    pub kind: PaymentKind,
    /// The amount, minor units.
    pub amount_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// The provider's id, if it is known.
    pub provider_id: Option<String>,
    /// Why it needs a person, in a word.
    pub code: Option<String>,
    /// State of the order.
    pub order_state: TicketState,
    /// When the provider was to be asked.
    pub created_at: Timestamp,
    /// Since when it waits for a person.
    pub updated_at: Timestamp,
}

/// Lists up to `limit` payments that wait for a person, newest first, from below `before`.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn list(
    pool: &PgPool,
    before: Option<PaymentId>,
    limit: i64,
) -> Result<Vec<ReviewCase>, DatabaseError> {
    sqlx::query_as!(
        ReviewCase,
        r#"select p.id as "payment_id!: PaymentId", p.order_id as "order_id!: OrderId",
             p.drop_id as "drop_id!: DropId", o.seller_id as "seller_id!: SellerId",
             p.kind as "kind!: PaymentKind", p.amount_minor as "amount_minor!",
             p.currency as "currency!", p.provider_id as "provider_id?", p.code as "code?",
             o.state as "order_state!: TicketState", p.created_at as "created_at!",
             p.updated_at as "updated_at!"
         from payments p join orders o on o.drop_id = p.drop_id and o.id = p.order_id
         where p.status = 'needs_review' and ($1::uuid is null or p.id < $1)
         order by p.id desc limit $2"#,
        before as Option<PaymentId>,
        limit,
    )
    .fetch_all(pool)
    .await
    .doing("list payments for a person")
}

/// Counts the payments that wait for a person.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn n_open(pool: &PgPool) -> Result<i64, DatabaseError> {
    sqlx::query_scalar!(r#"select count(*) as "n!" from payments where status = 'needs_review'"#)
        .fetch_one(pool)
        .await
        .doing("count payments for a person")
}
