//! Paying for an order, and giving it back.

use super::orders::{self, OrderResponse};
use crate::{
    ApiError, App,
    extract::{Body, Faults, Shopper, Validate},
};
use axum::{extract::State, http::StatusCode};
use database::{
    money::payments::{self, Begun},
    ordering::holds::{self, Cancelled},
};
use edge::{Json, Path, Problem};
use queue::Hint;
use serde::Deserialize;
use shared::ids::OrderId;
use std::time::Duration;
use utoipa::ToSchema;

/// How long a hint may take.
const HINT_TIME: Duration = Duration::from_millis(200);

/// How a shopper pays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentInput {
    /// The provider's name for the means of payment; never a card number.
    #[schema(example = "pm_card_approve")]
    pub payment_method: String,
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
            faults.add("/payment_method", "must be a payment method's id, pm_...");
        }
        faults
    }
}

/// Pays for an order whose units are held. The answer comes before the provider's: ask for the
/// order, or listen to the stream. Paying again while it goes on changes nothing.
#[utoipa::path(post, path = "/v1/orders/{order_id}/payment", tag = "shopper",
    security(("session" = [])), request_body = PaymentInput,
    params(("order_id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 202, body = OrderResponse),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
#[tracing::instrument(name = "handler.orders.pay", skip_all, fields(order.id = %order_id))]
pub(crate) async fn pay(
    State(app): State<App>,
    Path(order_id): Path<OrderId>,
    shopper: Shopper,
    Body(input): Body<PaymentInput>,
) -> Result<(StatusCode, Json<OrderResponse>), ApiError> {
    let method = &input.payment_method;
    match payments::begin_authorization(&app.pool, order_id, shopper.id, method).await? {
        Begun::Started => tracing::info!(order.id = %order_id, "order {order_id} is being paid"),
        Begun::UnderWay(_) => {}
        Begun::NotFound => return Err(ApiError::OrderNotFound),
        Begun::HoldExpired => return Err(ApiError::HoldExpired),
        Begun::Ended(state) => return Err(ApiError::OrderWrongState(state)),
    }
    let order = orders::find(&app, shopper.id, order_id).await?;
    hint(&app, &order).await;
    Ok((StatusCode::ACCEPTED, Json(order)))
}

/// Gives an order back before it is paid; its units are free at once.
#[utoipa::path(post, path = "/v1/orders/{order_id}/cancel", tag = "shopper",
    security(("session" = [])),
    params(("order_id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = OrderResponse),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
#[tracing::instrument(name = "handler.orders.cancel", skip_all, fields(order.id = %order_id))]
pub(crate) async fn cancel(
    State(app): State<App>,
    Path(order_id): Path<OrderId>,
    shopper: Shopper,
) -> Result<Json<OrderResponse>, ApiError> {
    match holds::cancel_order(&app.pool, order_id, shopper.id).await? {
        // The reconciler tells the line, as it does when this process dies here.
        Cancelled::Done(_) => {
            tracing::info!(order.id = %order_id, "order {order_id} was given back");
        }
        Cancelled::NotFound => return Err(ApiError::OrderNotFound),
        Cancelled::Refused(state) => {
            let order = orders::find(&app, shopper.id, order_id).await?;
            // A repeat whose first answer was lost: what was wanted is so.
            if order.is_cancelled() {
                return Ok(Json(order));
            }
            return Err(ApiError::OrderWrongState(state));
        }
    }
    let order = orders::find(&app, shopper.id, order_id).await?;
    hint(&app, &order).await;
    Ok(Json(order))
}

/// Tells the shopper's open pages that the order changed. They read it anyway after a while, so a
/// lost hint does no harm and nobody waits for Redis.
async fn hint(app: &App, order: &OrderResponse) {
    let Some((drop_id, ticket_id, state)) = order.hinted() else { return };
    let hints = [(ticket_id, Hint::Order(state))];
    let sent = tokio::time::timeout(HINT_TIME, app.queue.publish_hints(drop_id, &hints)).await;
    if !matches!(sent, Ok(Ok(()))) {
        tracing::debug!(order.id = %ticket_id, "a hint was not sent");
    }
}
