//! Why payments were not begun.

use super::wish::{MAX_ATTEMPTS, PayOutcome, PaymentWish};
use crate::{DatabaseError, Doing};
use shared::{
    ids::{OrderId, PaymentId, ShopperId},
    lifecycle::TicketState,
};
use sqlx::PgPool;

/// What a wish was about, as it is now.
#[derive(Clone, Copy, Debug)]
struct Found {
    /// Of the order; `None` if the shopper has no such one.
    state: Option<TicketState>,
    is_held: bool,
    n_attempts: i64,
    /// Whether the payment of this id was begun with the same means; `None` if there is none.
    has_same_method: Option<bool>,
}

/// Explains, in their order, wishes that were not fulfilled.
pub(super) async fn why_not(
    pool: &PgPool,
    wishes: &[&PaymentWish],
) -> Result<Vec<PayOutcome>, DatabaseError> {
    if wishes.is_empty() {
        return Ok(Vec::new());
    }
    // The lateral join keeps a plan that was made on an empty table from scanning a full one.
    let found = sqlx::query_as!(
        Found,
        r#"select o.state as "state?: TicketState",
             coalesce(o.hold_expires_at > clock_timestamp(), false) as "is_held!",
             (select count(*) from payments where order_id = w.order_id and kind = 'authorize')
                 as "n_attempts!",
             (select p.payment_method = w.method from payments p
              where p.order_id = w.order_id and p.id = w.id) as "has_same_method?"
         from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[])
             with ordinality w (id, order_id, shopper_id, method, nth)
         left join lateral (
             select state, hold_expires_at from orders
             where id = w.order_id and shopper_id = w.shopper_id limit 1) o on true
         order by w.nth"#,
        wishes.iter().map(|wish| wish.id).collect::<Vec<_>>() as Vec<PaymentId>,
        wishes.iter().map(|wish| wish.order_id).collect::<Vec<_>>() as Vec<OrderId>,
        wishes.iter().map(|wish| wish.shopper_id).collect::<Vec<_>>() as Vec<ShopperId>,
        wishes.iter().map(|wish| wish.method.as_str()).collect::<Vec<_>>() as Vec<&str>,
    )
    .fetch_all(pool)
    .await
    .doing("look at orders to pay")?;
    Ok(found.into_iter().map(outcome).collect())
}

fn outcome(found: Found) -> PayOutcome {
    let Some(state) = found.state else { return PayOutcome::NotFound };
    match found.has_same_method {
        Some(true) => return PayOutcome::UnderWay(state),
        Some(false) => return PayOutcome::OtherMethod,
        None => {}
    }
    match state {
        TicketState::Reserved if !found.is_held => PayOutcome::HoldExpired,
        TicketState::Reserved if found.n_attempts >= i64::from(MAX_ATTEMPTS) => {
            PayOutcome::TooManyAttempts
        }
        // A reserved one was declined a moment ago.
        TicketState::Reserved
        | TicketState::Authorizing
        | TicketState::Authorized
        | TicketState::Capturing
        | TicketState::Confirmed => PayOutcome::UnderWay(state),
        _ => PayOutcome::Ended(state),
    }
}
