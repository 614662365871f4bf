//! Paying for an order.
//!
//! A payment needs no kept answer to be the same under one `Idempotency-Key` (IDEM-1). The key names
//! the payment: its id follows from order and key, and a payment of this id is begun once, whatever
//! has become of it since and however many cards came after. And the answer tells only what never
//! changes, so that a repeat gets the same one. A refusal changes nothing and is not kept; it stays
//! a refusal, since a hold that is over never comes back.

use crate::{
    ApiError, App,
    extract::{Body, Faults, IdempotencyKey, ShopperOnly, Validate},
};
use aws_lc_rs::digest;
use axum::{extract::State, http::StatusCode};
use database::money::payments::{PayOutcome, PaymentWish};
use edge::{Json, Path, Problem};
use serde::{Deserialize, Serialize};
use shared::{
    ids::{OrderId, PaymentId, ShopperId},
    lifecycle::TicketState,
};
use utoipa::ToSchema;

/// How a shopper pays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaymentInput {
    /// The provider's id of the payment method, never a card number.
    #[schema(
        min_length = 4,
        max_length = 64,
        pattern = "^pm_[A-Za-z0-9_]+$",
        example = "pm_card_approve"
    )]
    payment_method: String,
}

/// A payment that was taken in.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct PaymentResponse {
    /// The order that is being paid: it tells what comes of it.
    order_id: OrderId,
}

impl Validate for PaymentInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        if !is_method(&self.payment_method) {
            faults.add("/payment_method", "must be the id of a payment method, pm_...");
        }
        faults
    }
}

/// Whether this may be the provider's id of a payment method.
pub(in crate::routes) fn is_method(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (4..=64).contains(&text.len()) && text.starts_with("pm_") && text.bytes().all(plain)
}

/// Pays for an order whose units are held.
///
/// The response does not wait for the payment provider: read the order, or listen to the stream.
/// Paying again in the meantime changes nothing. When a card was declined the order is `reserved`
/// again, with the reason `declined`, and another one may be tried while the hold lasts.
#[utoipa::path(post, path = "/v1/orders/{order_id}/payment", tag = "shopper",
    security(("session" = [])), request_body = PaymentInput,
    params(("order_id" = OrderId, Path), IdempotencyKey),
    responses((status = 202, body = PaymentResponse), Problem))]
#[tracing::instrument(name = "handler.orders.pay", skip_all, fields(order.id = %order_id))]
pub(crate) async fn pay(
    State(app): State<App>,
    Path(order_id): Path<OrderId>,
    ShopperOnly(shopper): ShopperOnly,
    IdempotencyKey(key): IdempotencyKey,
    Body(input): Body<PaymentInput>,
) -> Result<(StatusCode, Json<PaymentResponse>), ApiError> {
    let mut wish = PaymentWish::new(order_id, shopper.id, &input.payment_method);
    if let Some(key) = key {
        wish.id = payment_id(order_id, &key);
    }
    begin(&app, wish).await?;
    Ok((StatusCode::ACCEPTED, Json(PaymentResponse { order_id })))
}

/// Begins a payment that a form asks for; `key` names it.
pub(in crate::routes) async fn begin_keyed(
    app: &App,
    order_id: OrderId,
    shopper_id: ShopperId,
    method: &str,
    key: &str,
) -> Result<(), ApiError> {
    let wish = PaymentWish::new(order_id, shopper_id, method);
    begin(app, PaymentWish { id: payment_id(order_id, key), ..wish }).await
}

async fn begin(app: &App, wish: PaymentWish) -> Result<(), ApiError> {
    let order_id = wish.order_id;
    match app.batches.pay(wish).await? {
        PayOutcome::Started => tracing::info!(order.id = %order_id, "paying for order {order_id}"),
        PayOutcome::UnderWay(_) => {}
        PayOutcome::OtherMethod => return Err(ApiError::IdempotencyKeyReuse),
        PayOutcome::NotFound => return Err(ApiError::OrderNotFound),
        PayOutcome::TooManyAttempts => return Err(ApiError::TooManyAttempts),
        // The same before and after the sweeper has ended the order.
        PayOutcome::HoldExpired | PayOutcome::Ended(TicketState::Expired) => {
            return Err(ApiError::HoldExpired);
        }
        PayOutcome::Ended(state) => return Err(ApiError::OrderWrongState(state)),
    }
    Ok(())
}

/// A UUIDv7 at the time of the order's own id, with a hash of order and key as its random part.
fn payment_id(order_id: OrderId, key: &str) -> PaymentId {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(order_id.as_bytes());
    context.update(key.as_bytes());
    let (hash, id) = (context.finish(), order_id.as_bytes());
    let (mut millis, mut random) = ([0; 8], [0; 10]);
    millis[2..].copy_from_slice(&id[..6]);
    random.copy_from_slice(&hash.as_ref()[..10]);
    let millis = u64::from_be_bytes(millis);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_names_one_payment_of_one_order() {
        let (one, two) = (OrderId::generate(), OrderId::generate());
        assert_eq!(payment_id(one, "a"), payment_id(one, "a"));
        assert_ne!(payment_id(one, "a"), payment_id(one, "b"));
        assert_ne!(payment_id(one, "a"), payment_id(two, "a"));
        let id = payment_id(one, "a").as_uuid();
        assert_eq!(id.get_version_num(), 7);
        assert_eq!(id.as_bytes()[..6], one.as_bytes()[..6]);
    }
}
