//! A shopper's orders.

use crate::{
    ApiError, App,
    extract::{Page, PageQuery, PageRequest, ShopperOnly},
    time_limit::in_time,
};
use axum::extract::State;
use database::ordering::order_views::{self, OrderView, Transition};
use edge::{Json, Path, Problem};
use jiff::Timestamp;
use queue::Hint;
use serde::Serialize;
use shared::{
    drop_message::DropMessage,
    drops::DropState,
    ids::{DropId, OrderId, ShopperId, TicketId},
    lifecycle::TicketState,
};
use std::time::Duration;
use utoipa::ToSchema;

/// How long a response waits for its hint.
const HINT_TIMEOUT: Duration = Duration::from_millis(200);

/// An order.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OrderResponse {
    /// The same UUID as the ticket's.
    id: OrderId,
    ticket_id: TicketId,
    drop_id: DropId,
    drop_title: String,
    /// Where its drop is in its life.
    drop_state: DropState,
    /// The seller's or an operator's message to shoppers.
    #[serde(skip_serializing_if = "Option::is_none")]
    drop_message: Option<DropMessage>,
    /// Why its drop ended: `closed`, `sold_out`, or the seller's reason if it was cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    drop_end_reason: Option<String>,
    /// `reserved`, `authorizing`, `authorized`, `capturing`, `confirmed`, `rejected`, `dead`,
    /// `expired`, `payment_failed` or `cancelled`; of a visit to a site `passed`, `redeemed`,
    /// `visited`, `revoked`, `expired` or `cancelled`. An order has no other ticket states.
    state: TicketState,
    /// Why it is in this state, where there is a reason; of a reserved order `declined`, so that another
    /// card may be tried, or `units_chosen`.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// What was ordered; null if there is no such variant.
    variant_name: Option<String>,
    /// Units as they were asked for, or chosen since.
    units: i32,
    /// Whether the shopper may choose how many of them to take, until the payment begins.
    may_choose_units: bool,
    /// Whether they are all that was left, and fewer than the shopper could have chosen from otherwise.
    are_last_units: bool,
    /// Price of all units, in minor units.
    amount_minor: i64,
    /// ISO 4217 code.
    #[schema(example = "EUR")]
    currency: String,
    /// Until when the units are held, or the pass is good; left out once they aren't.
    #[serde(skip_serializing_if = "Option::is_none")]
    hold_expires_at: Option<Timestamp>,
    /// Where the money is that goes back to the shopper; left out if none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    refund: Option<Refund>,
    created_at: Timestamp,
    /// When the state last changed.
    updated_at: Timestamp,
    /// The server's clock, for countdowns.
    server_time: Timestamp,
    /// Every state it has been in, oldest first.
    timeline: Vec<TimelineStep>,
}

/// Money on its way back.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Refund {
    /// The provider has been asked, or is about to be.
    Pending,
    /// It is back.
    Done,
}

/// A step of an order.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct TimelineStep {
    /// The state it reached.
    state: TicketState,
    at: Timestamp,
    /// Why, where there is a reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl From<Transition> for TimelineStep {
    fn from(step: Transition) -> Self {
        Self { state: step.state, at: step.at, reason: step.reason }
    }
}

impl OrderResponse {
    /// Shows an order as it is at `now`.
    pub(super) fn new(order: OrderView, now: Timestamp) -> Self {
        let (may_choose_units, are_last_units) = (order.may_choose(), order.has_last_units());
        Self {
            id: order.id,
            ticket_id: order.id.into(),
            drop_id: order.drop_id,
            drop_title: order.flash_drop.title,
            drop_state: order.flash_drop.state,
            drop_message: order.flash_drop.message,
            drop_end_reason: order.flash_drop.end_reason,
            state: order.state,
            reason: order.reason,
            may_choose_units,
            are_last_units,
            variant_name: order.variant_name,
            units: order.units,
            amount_minor: order.amount_minor,
            currency: order.currency,
            hold_expires_at: order.hold_expires_at,
            refund: order.is_refunded.map(Refund::of),
            created_at: order.created_at,
            updated_at: order.updated_at,
            server_time: now,
            timeline: order.timeline.into_iter().map(TimelineStep::from).collect(),
        }
    }
}

impl Refund {
    const fn of(is_done: bool) -> Self {
        if is_done { Self::Done } else { Self::Pending }
    }
}

/// Lists the shopper's orders, newest first.
#[utoipa::path(get, path = "/v1/orders", tag = "shopper", security(("session" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<OrderResponse>), Problem))]
#[tracing::instrument(name = "handler.orders.list", skip_all)]
pub(crate) async fn list(
    State(app): State<App>,
    ShopperOnly(shopper): ShopperOnly,
    page: PageRequest<OrderId>,
) -> Result<Json<Page<OrderResponse>>, ApiError> {
    let read = order_views::list_of_shopper(&app.pool, shopper.id, page.before, page.rows());
    let rows = in_time(read).await??;
    let now = app.now();
    Ok(Json(page.page(rows, |row| row.id, |row| OrderResponse::new(row, now))))
}

/// Shows an order of the shopper.
#[utoipa::path(get, path = "/v1/orders/{order_id}", tag = "shopper", security(("session" = [])),
    params(("order_id" = OrderId, Path)),
    responses((status = 200, body = OrderResponse), Problem))]
#[tracing::instrument(name = "handler.orders.show", skip_all, fields(order.id = %order_id))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(order_id): Path<OrderId>,
    ShopperOnly(shopper): ShopperOnly,
) -> Result<Json<OrderResponse>, ApiError> {
    let order = find(&app, shopper.id, order_id).await?;
    Ok(Json(OrderResponse::new(order, app.now())))
}

/// Tells the shopper's open pages that the order changed. They read it after a while anyway, so a
/// lost hint does no harm, and no response waits long for Redis.
pub(super) async fn hint(app: &App, order: &OrderView) {
    let hints = [(TicketId::from(order.id), Hint::Order(order.state))];
    let sending = app.queue.publish_hints(order.drop_id, &hints);
    if !matches!(tokio::time::timeout(HINT_TIMEOUT, sending).await, Ok(Ok(()))) {
        tracing::debug!(order.id = %order.id, "could not send a hint");
    }
}

/// Reads an order of the shopper as it is now.
pub(super) async fn find(
    app: &App,
    shopper_id: ShopperId,
    order_id: OrderId,
) -> Result<OrderView, ApiError> {
    app.batches.find_order(shopper_id, order_id).await?.ok_or(ApiError::OrderNotFound)
}
