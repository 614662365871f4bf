//! Paying for an order, and cancelling it.

use super::orders::{self, OrderResponse};
use crate::{
    ApiError, App,
    extract::{Body, Faults, ShopperOnly, Validate},
};
use axum::{extract::State, http::StatusCode};
use database::{
    money::payments::{self, PayOutcome},
    ordering::{
        holds::{self, Cancelled},
        order_views::OrderView,
    },
};
use edge::{Json, Path, Problem};
use queue::Hint;
use serde::Deserialize;
use shared::{
    ids::{OrderId, TicketId},
    lifecycle::TicketState,
};
use std::time::Duration;
use utoipa::ToSchema;

/// How long a response waits for its hint.
const HINT_TIMEOUT: Duration = Duration::from_millis(200);

/// How a shopper pays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaymentInput {
    /// The provider's id of the payment method, never a card number.
    #[schema(example = "pm_card_approve")]
    payment_method: String,
}

impl Validate for PaymentInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let method = &self.payment_method;
        if !(4..=64).contains(&method.len())
            || !method.starts_with("pm_")
            || !method.bytes().all(plain)
        {
            faults.add("/payment_method", "must be the id of a payment method, pm_...");
        }
        faults
    }
}

/// Pays for an order whose units are held.
///
/// The response does not wait for the payment provider: read the order, or listen to the stream.
/// Paying again in the meantime changes nothing.
#[utoipa::path(post, path = "/v1/orders/{order_id}/payment", tag = "shopper",
    security(("session" = [])), request_body = PaymentInput,
    params(("order_id" = OrderId, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 202, body = OrderResponse), Problem))]
#[tracing::instrument(name = "handler.orders.pay", skip_all, fields(order.id = %order_id))]
pub(crate) async fn pay(
    State(app): State<App>,
    Path(order_id): Path<OrderId>,
    ShopperOnly(shopper): ShopperOnly,
    Body(input): Body<PaymentInput>,
) -> Result<(StatusCode, Json<OrderResponse>), ApiError> {
    let method = &input.payment_method;
    match payments::begin_authorization(&app.pool, order_id, shopper.id, method).await? {
        PayOutcome::Started => tracing::info!(order.id = %order_id, "paying for order {order_id}"),
        PayOutcome::UnderWay(_) => {}
        PayOutcome::NotFound => return Err(ApiError::OrderNotFound),
        PayOutcome::HoldExpired => return Err(ApiError::HoldExpired),
        PayOutcome::Ended(state) => return Err(ApiError::OrderWrongState(state)),
    }
    let order = orders::find(&app, shopper.id, order_id).await?;
    hint(&app, &order).await;
    Ok((StatusCode::ACCEPTED, Json(OrderResponse::new(order, app.now()))))
}

/// Cancels an order that isn't paid yet; its units are free at once.
#[utoipa::path(post, path = "/v1/orders/{order_id}/cancel", tag = "shopper",
    security(("session" = [])),
    params(("order_id" = OrderId, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = OrderResponse), Problem))]
#[tracing::instrument(name = "handler.orders.cancel", skip_all, fields(order.id = %order_id))]
pub(crate) async fn cancel(
    State(app): State<App>,
    Path(order_id): Path<OrderId>,
    ShopperOnly(shopper): ShopperOnly,
) -> Result<Json<OrderResponse>, ApiError> {
    match holds::cancel_order(&app.pool, order_id, shopper.id).await? {
        // The reconciler settles it in the line, as it does when this process dies here.
        Cancelled::Done(_) => tracing::info!(order.id = %order_id, "cancelled order {order_id}"),
        Cancelled::NotFound => return Err(ApiError::OrderNotFound),
        Cancelled::Refused(state) => {
            let order = orders::find(&app, shopper.id, order_id).await?;
            // A repeat of a request whose response was lost has what it wants.
            if order.state == TicketState::Cancelled {
                return Ok(Json(OrderResponse::new(order, app.now())));
            }
            return Err(ApiError::OrderWrongState(state));
        }
    }
    let order = orders::find(&app, shopper.id, order_id).await?;
    hint(&app, &order).await;
    Ok(Json(OrderResponse::new(order, app.now())))
}

/// Tells the shopper's open pages that the order changed. They read it after a while anyway, so a
/// lost hint does no harm, and no response waits long for Redis.
async fn hint(app: &App, order: &OrderView) {
    let hints = [(TicketId::from(order.id), Hint::Order(order.state))];
    let sending = app.queue.publish_hints(order.drop_id, &hints);
    if !matches!(tokio::time::timeout(HINT_TIMEOUT, sending).await, Ok(Ok(()))) {
        tracing::debug!(order.id = %order.id, "could not send a hint");
    }
}
