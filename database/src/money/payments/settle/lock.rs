//! The payments that are settled, and what their answers are judged by.

use crate::{
    DatabaseError, Doing,
    money::payments::{due::PaymentKind, state::PaymentState},
};
use shared::ids::{DropId, OrderId, PaymentId};
use sqlx::PgConnection;

/// A payment without a certain answer, locked.
#[derive(Clone, Debug)]
pub(super) struct LockedPayment {
    pub(super) id: PaymentId,
    pub(super) order_id: OrderId,
    pub(super) kind: PaymentKind,
    /// What it takes, lets go or gives back; an authorization itself.
    pub(super) source_id: PaymentId,
    /// Which of the order's authorizations it is, from 1.
    pub(super) attempt: i32,
    pub(super) amount_minor: i64,
    pub(super) currency: String,
    pub(super) payment_method: Option<String>,
    pub(super) provider_id: Option<String>,
    /// Of a void: the capture of the same authorization, if one was asked for.
    pub(super) capture_id: Option<PaymentId>,
    /// The last of the order's authorizations.
    pub(super) latest_attempt: i32,
    /// Whether the order was captured before.
    pub(super) is_captured: bool,
    /// The provider's ids of the order's other authorizations that succeeded.
    pub(super) authorized_ids: Vec<String>,
    pub(super) drop_is_cancelled: bool,
}

/// Finds the orders of those payments that are in one of these states. An order of a payment never
/// changes, so nothing need be locked.
pub(super) async fn orders_of(
    conn: &mut PgConnection,
    drop_id: DropId,
    ids: &[PaymentId],
    open: &[PaymentState],
) -> Result<Vec<OrderId>, DatabaseError> {
    sqlx::query_scalar!(
        r#"select distinct order_id as "order_id!: OrderId" from payments
         where id = any($1) and drop_id = $2 and status = any($3)"#,
        ids as &[PaymentId],
        drop_id as DropId,
        open as &[PaymentState],
    )
    .fetch_all(conn)
    .await
    .doing("look for the orders of payments")
}

/// Locks those payments that are in one of these states. Their orders are locked, so that nobody
/// else can add payments to them.
pub(super) async fn payments(
    conn: &mut PgConnection,
    drop_id: DropId,
    ids: &[PaymentId],
    open: &[PaymentState],
) -> Result<Vec<LockedPayment>, DatabaseError> {
    sqlx::query_as!(
        LockedPayment,
        r#"select p.id as "id!: PaymentId", p.order_id as "order_id!: OrderId",
             p.kind as "kind!: PaymentKind",
             coalesce(p.source_id, p.id) as "source_id!: PaymentId", p.attempt as "attempt!",
             p.amount_minor as "amount_minor!", p.currency as "currency!",
             p.payment_method as "payment_method?", p.provider_id as "provider_id?",
             (select c.id from payments c where p.kind = 'void' and c.source_id = p.source_id
                 and c.kind = 'capture') as "capture_id?: PaymentId",
             s.latest_attempt as "latest_attempt!", s.is_captured as "is_captured!",
             s.authorized_ids as "authorized_ids!: Vec<String>",
             coalesce((select d.state = 'cancelled' from drops d where d.id = $2), false)
                 as "drop_is_cancelled!"
         from payments p
         cross join lateral (
             select coalesce(max(a.attempt) filter (where a.kind = 'authorize'), 0)
                     as latest_attempt,
                 coalesce(bool_or(a.kind = 'capture' and a.status = 'succeeded'), false)
                     as is_captured,
                 coalesce(array_agg(a.provider_id) filter (where a.kind = 'authorize'
                     and a.status = 'succeeded' and a.provider_id is not null), '{}')
                     as authorized_ids
             from payments a where a.order_id = p.order_id) s
         where p.id = any($1) and p.drop_id = $2 and p.status = any($3)
         order by p.id for no key update of p"#,
        ids as &[PaymentId],
        drop_id as DropId,
        open as &[PaymentState],
    )
    .fetch_all(conn)
    .await
    .doing("lock payments")
}
