//! Orders of a seller's drop.

use super::drops;
use crate::{
    ApiError, App,
    extract::{CurrentSeller, Page, PageQuery, PageRequest},
};
use axum::extract::State;
use database::selling::orders::{OrderFilter, SellerOrder, list_of_drop};
use edge::{Json, Path, Problem, Query};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::{
    ids::{DropId, OrderId, ShopperId, VariantId},
    lifecycle::TicketState,
};
use utoipa::{IntoParams, ToSchema};

/// Which orders are wanted.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OrdersQuery {
    /// Only orders in this state.
    state: Option<TicketState>,
    /// Only orders whose shopper joined the line then or later.
    #[param(example = "2027-03-05T18:00:00Z")]
    joined_from: Option<Timestamp>,
    /// Only orders whose shopper joined the line earlier.
    #[param(example = "2027-03-05T18:05:00Z")]
    joined_before: Option<Timestamp>,
    /// Rows on the page, at most.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// `next_cursor` of the previous page; the newest rows without it.
    cursor: Option<String>,
}

/// An order, as the seller of its drop sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SellerOrderResponse {
    id: OrderId,
    /// The shopper's account.
    shopper_id: ShopperId,
    variant_id: VariantId,
    /// `reserved`, `authorizing`, `authorized`, `capturing`, `confirmed`, `rejected`, `dead`,
    /// `expired`, `payment_failed` or `cancelled`; of a visit to a site `passed`, `redeemed`,
    /// `visited`, `revoked`, `expired` or `cancelled`. An order has no other ticket states.
    state: TicketState,
    /// Why it is in this state, where there is a reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Units as they were asked for, or chosen since.
    units: i32,
    /// Price of all units, in minor units.
    amount_minor: i64,
    /// ISO 4217 code.
    #[schema(example = "EUR")]
    currency: String,
    /// Until when the units are held, or the pass is good; left out once they aren't.
    #[serde(skip_serializing_if = "Option::is_none")]
    hold_expires_at: Option<Timestamp>,
    created_at: Timestamp,
    /// When the state last changed.
    updated_at: Timestamp,
}

impl From<SellerOrder> for SellerOrderResponse {
    fn from(order: SellerOrder) -> Self {
        Self {
            id: order.id,
            shopper_id: order.shopper_id,
            variant_id: order.variant_id,
            state: order.state,
            reason: order.reason,
            units: order.units,
            amount_minor: order.amount_minor,
            currency: order.currency,
            hold_expires_at: order.hold_expires_at,
            created_at: order.created_at,
            updated_at: order.updated_at,
        }
    }
}

/// Lists the orders of a drop, by the time of their join, newest first.
#[utoipa::path(get, path = "/v1/seller/drops/{drop_id}/orders", tag = "seller",
    security(("seller_key" = [])), params(("drop_id" = DropId, Path), OrdersQuery),
    responses((status = 200, body = Page<SellerOrderResponse>), Problem))]
#[tracing::instrument(name = "handler.seller_orders.list", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn list(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    seller: CurrentSeller,
    Query(query): Query<OrdersQuery>,
) -> Result<Json<Page<SellerOrderResponse>>, ApiError> {
    let page = PageRequest::new(&PageQuery { limit: query.limit, cursor: query.cursor })?;
    let filter = OrderFilter {
        state: query.state,
        joined_from: query.joined_from,
        joined_before: query.joined_before,
    };
    drops::ensure_own(&app, seller, drop_id).await?;
    let rows = read(&app, seller, drop_id, filter, page.before, page.rows()).await?;
    Ok(Json(page.page(rows, |row| row.id, SellerOrderResponse::from)))
}

/// Reads orders of a drop, newest first, from below `before`.
pub(super) async fn read(
    app: &App,
    seller: CurrentSeller,
    drop_id: DropId,
    filter: OrderFilter,
    before: Option<OrderId>,
    limit: i64,
) -> Result<Vec<SellerOrder>, ApiError> {
    let pool = app.seller_pools.of(seller.id)?;
    Ok(list_of_drop(&pool, seller.id, drop_id, filter, before, limit).await?)
}
