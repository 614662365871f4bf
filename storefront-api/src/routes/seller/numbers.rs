//! Live numbers of a drop.

use crate::{ApiError, App, extract::Seller};
use axum::extract::State;
use database::{selling::drops, selling::numbers};
use edge::{Json, Path, Problem};
use jiff::Timestamp;
use serde::Serialize;
use shared::ids::DropId;
use std::{collections::BTreeMap, time::Duration};
use utoipa::ToSchema;
use uuid::Uuid;

/// Numbers of sales do not wait for the line longer than this.
const PATIENCE: Duration = Duration::from_millis(500);

/// How a drop goes.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NumbersResponse {
    /// The drop.
    pub drop_id: Uuid,
    /// Where it is in its life.
    pub state: &'static str,
    /// What the operator lets it do.
    pub mode: &'static str,
    /// Its units.
    pub units: UnitNumbers,
    /// Price of all confirmed orders, minor units.
    pub revenue_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// How many orders are in each state.
    pub orders: BTreeMap<String, i64>,
    /// Its line; null while that cannot be asked or is not there.
    pub line: Option<LineNumbers>,
    /// The time here.
    pub server_time: Timestamp,
}

/// Where the units are: total = available + reserved + sold.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct UnitNumbers {
    /// Given to the drop.
    pub total: i64,
    /// Free.
    pub available: i64,
    /// Held for orders.
    pub reserved: i64,
    /// Of confirmed orders.
    pub sold: i64,
}

/// Where the people are.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct LineNumbers {
    /// All who ever joined.
    pub joined: u64,
    /// In line.
    pub waiting: u64,
    /// Let in, their order not placed yet; also part of `occupied`.
    pub in_flight: u64,
    /// Let in and not finished.
    pub occupied: u64,
    /// Went away.
    pub left: u64,
    /// Sent away at the end.
    pub closed: u64,
}

/// Shows how a drop goes.
#[utoipa::path(get, path = "/v1/seller/drops/{drop_id}/numbers", tag = "seller",
    security(("seller_key" = [])), params(("drop_id" = Uuid, Path)),
    responses((status = 200, body = NumbersResponse),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
#[tracing::instrument(name = "handler.numbers.show", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    seller: Seller,
) -> Result<Json<NumbersResponse>, ApiError> {
    let found = drops::find_of_seller(&app.pool, seller.seller_id, drop_id).await?;
    let flash_drop = found.ok_or(ApiError::DropNotFound)?;
    let sales = numbers::of_drop(&app.pool, seller.seller_id, drop_id).await?;
    let sales = sales.ok_or(ApiError::DropNotFound)?;
    Ok(Json(NumbersResponse {
        drop_id: drop_id.as_uuid(),
        state: flash_drop.state.as_str(),
        mode: flash_drop.mode.as_str(),
        units: UnitNumbers {
            total: sales.units_total,
            available: sales.units_available,
            reserved: sales.units_reserved,
            sold: sales.units_sold,
        },
        revenue_minor: sales.revenue_minor,
        currency: sales.currency,
        orders: sales.orders,
        line: line_numbers(&app, drop_id).await,
        server_time: app.now(),
    }))
}

async fn line_numbers(app: &App, drop_id: DropId) -> Option<LineNumbers> {
    let asked = async {
        let room = app.queue.room(drop_id).await.ok()??;
        app.queue.counts(drop_id, room.epoch).await.ok()
    };
    let counts = tokio::time::timeout(PATIENCE, asked).await.ok()??;
    Some(LineNumbers {
        joined: counts.joined,
        waiting: counts.waiting,
        in_flight: counts.in_flight,
        occupied: counts.occupied,
        left: counts.left,
        closed: counts.closed,
    })
}
