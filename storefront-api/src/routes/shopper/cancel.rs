//! Giving an order back.

use super::orders::{self, OrderResponse};
use crate::{ApiError, App, extract::ShopperOnly};
use axum::extract::State;
use database::ordering::{
    holds::{self, Cancelled},
    order_views::OrderView,
};
use edge::{Json, Path, Problem};
use shared::{
    ids::{OrderId, ShopperId},
    lifecycle::TicketState,
};

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
    let order = give_back(&app, order_id, shopper.id).await?;
    Ok(Json(OrderResponse::new(order, app.now())))
}

/// Gives an order back, and returns it as it is then.
pub(in crate::routes) async fn give_back(
    app: &App,
    order_id: OrderId,
    shopper_id: ShopperId,
) -> Result<OrderView, ApiError> {
    match holds::cancel_order(&app.pool, order_id, shopper_id).await? {
        // The reconciler settles it in the line, as it does when this process dies here.
        Cancelled::Done(_) => tracing::info!(order.id = %order_id, "cancelled order {order_id}"),
        Cancelled::NotFound => return Err(ApiError::OrderNotFound),
        // A repeat of a request whose response was lost has what it wants.
        Cancelled::Refused(TicketState::Cancelled) => {}
        Cancelled::Refused(state) => return Err(ApiError::OrderWrongState(state)),
    }
    let order = orders::find(app, shopper_id, order_id).await?;
    orders::hint(app, &order).await;
    Ok(order)
}
