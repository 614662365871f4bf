//! A shopper's orders.

use crate::{
    ApiError, App,
    extract::{Page, PageQuery, PageRequest, Shopper},
};
use axum::extract::State;
use database::ordering::order_views::{self, OrderView, Transition};
use edge::{Json, Path, Problem};
use jiff::Timestamp;
use serde::Serialize;
use shared::{
    ids::{DropId, OrderId, ShopperId, TicketId},
    lifecycle::TicketState,
};
use utoipa::ToSchema;
use uuid::Uuid;

/// An order.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OrderResponse {
    /// Its id.
    pub id: Uuid,
    /// Its ticket; the same UUID.
    pub ticket_id: Uuid,
    /// The drop.
    pub drop_id: Uuid,
    /// What the drop is called.
    pub drop_title: String,
    /// `reserved`, `authorizing`, `authorized`, `capturing`, `confirmed`, `rejected`, `dead`,
    /// `expired`, `payment_failed` or `cancelled`.
    #[schema(example = "reserved")]
    pub state: &'static str,
    /// Why, where a reason exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How many units.
    pub units: i32,
    /// Price of all units, minor units.
    pub amount_minor: i64,
    /// ISO 4217 code.
    #[schema(example = "EUR")]
    pub currency: String,
    /// Until when the units are held, while they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold_expires_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The time here, for countdowns.
    pub server_time: Timestamp,
    /// Every state it was in, first one first.
    pub timeline: Vec<TimelineStep>,
}

/// A step of an order.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TimelineStep {
    /// The state reached.
    pub state: &'static str,
    /// When.
    pub at: Timestamp,
    /// Why, where a reason exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl From<Transition> for TimelineStep {
    fn from(step: Transition) -> Self {
        Self { state: step.state.as_str(), at: step.at, reason: step.reason }
    }
}

impl OrderResponse {
    /// Shows an order as it is at `now`.
    #[must_use]
    pub fn new(order: OrderView, now: Timestamp) -> Self {
        Self {
            id: order.id.as_uuid(),
            ticket_id: order.id.as_uuid(),
            drop_id: order.drop_id.as_uuid(),
            drop_title: order.drop_title,
            state: order.state.as_str(),
            reason: order.reason,
            units: order.units,
            amount_minor: order.amount_minor,
            currency: order.currency,
            hold_expires_at: order.hold_expires_at,
            created_at: order.created_at,
            updated_at: order.updated_at,
            server_time: now,
            timeline: order.timeline.into_iter().map(TimelineStep::from).collect(),
        }
    }
}

impl OrderResponse {
    /// Whether it was given back.
    pub(super) fn is_cancelled(&self) -> bool {
        self.state == TicketState::Cancelled.as_str()
    }

    /// What is hinted of it.
    pub(super) fn hinted(&self) -> Option<(DropId, TicketId, TicketState)> {
        let state = self.state.parse().ok()?;
        Some((DropId::from_uuid(self.drop_id), TicketId::from_uuid(self.ticket_id), state))
    }
}

/// Lists the shopper's orders, newest first.
#[utoipa::path(get, path = "/v1/orders", tag = "shopper", security(("session" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<OrderResponse>),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
#[tracing::instrument(name = "handler.orders.list", skip_all)]
pub(crate) async fn list(
    State(app): State<App>,
    shopper: Shopper,
    page: PageRequest<Uuid>,
) -> Result<Json<Page<OrderResponse>>, ApiError> {
    let rows =
        order_views::list_of_shopper(&app.pool, shopper.id, page.before, page.rows()).await?;
    let now = app.now();
    let key = |row: &OrderView| row.id.to_string();
    Ok(Json(page.page(rows, key, |row| OrderResponse::new(row, now))))
}

/// Shows an order of the shopper.
#[utoipa::path(get, path = "/v1/orders/{order_id}", tag = "shopper", security(("session" = [])),
    params(("order_id" = Uuid, Path)),
    responses((status = 200, body = OrderResponse),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
#[tracing::instrument(name = "handler.orders.show", skip_all, fields(order.id = %order_id))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(order_id): Path<OrderId>,
    shopper: Shopper,
) -> Result<Json<OrderResponse>, ApiError> {
    Ok(Json(find(&app, shopper.id, order_id).await?))
}

/// Finds an order of the shopper as it is now.
pub(super) async fn find(
    app: &App,
    shopper_id: ShopperId,
    order_id: OrderId,
) -> Result<OrderResponse, ApiError> {
    let order = order_views::find_of_shopper(&app.pool, shopper_id, order_id).await?;
    Ok(OrderResponse::new(order.ok_or(ApiError::OrderNotFound)?, app.now()))
}
