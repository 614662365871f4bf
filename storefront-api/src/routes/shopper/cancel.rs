//! Giving an order back.

use super::orders::{self, OrderResponse};
use crate::{ApiError, App, extract::ShopperOnly};
use axum::extract::State;
use database::ordering::{
    holds::{self, Cancelled},
    order_views::OrderView,
};
use edge::{Json, Path, Problem};
use queue::Hint;
use shared::{
    ids::{OrderId, TicketId},
    lifecycle::TicketState,
};
use std::time::Duration;

/// How long a response waits for its hint.
const HINT_TIMEOUT: Duration = Duration::from_millis(200);

/// Cancels an order that isn't paid yet; its units are free at once. A repeat needs no key: an order
/// that is cancelled stays so, and is answered alike.
#[utoipa::path(post, path = "/v1/orders/{order_id}/cancel", tag = "shopper",
    security(("session" = [])), params(("order_id" = OrderId, Path)),
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
        // A repeat of a request whose response was lost has what it wants.
        Cancelled::Refused(TicketState::Cancelled) => {}
        Cancelled::Refused(state) => return Err(ApiError::OrderWrongState(state)),
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
