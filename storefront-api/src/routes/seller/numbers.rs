//! Live numbers of a drop.

use crate::{ApiError, App, extract::CurrentSeller};
use axum::extract::State;
use database::selling::{
    drops::{self, FlashDrop},
    numbers::{self, DropWaits},
};
use edge::{Json, Path, Problem};
use jiff::Timestamp;
use serde::Serialize;
use shared::{
    decide::no_show::OrderEnds,
    drops::{DropMode, DropState},
    ids::DropId,
};
use std::{collections::BTreeMap, time::Duration};
use utoipa::ToSchema;

/// How long the sales' numbers wait for the line's.
const LINE_TIMEOUT: Duration = Duration::from_millis(500);

/// How a drop is doing.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct NumbersResponse {
    drop_id: DropId,
    state: DropState,
    mode: DropMode,
    units: UnitNumbers,
    /// Price of all confirmed orders less what was given back, in minor units.
    revenue_minor: i64,
    /// ISO 4217 code.
    currency: String,
    /// How many orders are in each state; states without orders are left out.
    orders: BTreeMap<String, i64>,
    /// Those who were let in and never began to pay.
    no_shows: NoShowNumbers,
    /// How long those waited who were let in last; null if nobody was.
    waits: Option<WaitNumbers>,
    /// The line; null while it doesn't exist or can't be reached.
    line: Option<LineNumbers>,
    /// The server's clock.
    server_time: Timestamp,
}

/// Where the units are: total = available + reserved + sold.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
struct UnitNumbers {
    /// Given to the drop.
    total: i64,
    available: i64,
    /// Held for orders that aren't paid yet.
    reserved: i64,
    /// In confirmed orders.
    sold: i64,
}

/// How many never show up, and what is made of that.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
struct NoShowNumbers {
    /// Orders whose hold ran out before anybody began to pay.
    orders: u64,
    /// All that are over and had units.
    of: u64,
    /// The one as a part of the other, 0 to 1; 0 before any is over.
    share: f64,
    /// Up to how many percent the occupancy may be above its cap in their place; 0 for none.
    bound_percent: u8,
}

/// How long people waited, from their join to their turn.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
struct WaitNumbers {
    /// Those who were looked at: of all who were let in the last to join, up to a thousand.
    people: i64,
    /// What half of them waited at most.
    p50_ms: i64,
    /// What nine in ten of them waited at most.
    p90_ms: i64,
}

/// How many tickets are where.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
struct LineNumbers {
    /// All that ever joined.
    joined: u64,
    /// In line.
    waiting: u64,
    /// Absent when it was their turn; back at their own place once they return.
    missed: u64,
    /// Admitted, without an order yet; also counted in `occupied`.
    in_flight: u64,
    /// Admitted and not finished.
    occupied: u64,
    /// Whose shopper left the line.
    left: u64,
    /// Closed before their turn.
    closed: u64,
}

/// Shows how a drop is doing.
#[utoipa::path(get, path = "/v1/seller/drops/{drop_id}/numbers", tag = "seller",
    security(("seller_key" = [])), params(("drop_id" = DropId, Path)),
    responses((status = 200, body = NumbersResponse), Problem))]
#[tracing::instrument(name = "handler.numbers.show", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    seller: CurrentSeller,
) -> Result<Json<NumbersResponse>, ApiError> {
    let found = drops::find_of_seller(&app.seller_pools.of(seller.id)?, seller.id, drop_id).await?;
    Ok(Json(read(&app, &found.ok_or(ApiError::DropNotFound)?).await?))
}

/// Reads how a drop is doing.
pub(crate) async fn read(app: &App, flash_drop: &FlashDrop) -> Result<NumbersResponse, ApiError> {
    let FlashDrop { id: drop_id, seller_id, .. } = *flash_drop;
    let pool = app.seller_pools.of(seller_id)?;
    let sales = numbers::of_drop(&pool, seller_id, drop_id).await?;
    let sales = sales.ok_or(ApiError::DropNotFound)?;
    let waits = numbers::waits(&pool, drop_id).await?;
    Ok(NumbersResponse {
        drop_id,
        state: flash_drop.state,
        mode: flash_drop.mode,
        units: UnitNumbers {
            total: sales.units_total,
            available: sales.units_available,
            reserved: sales.units_reserved,
            sold: sales.units_sold,
        },
        revenue_minor: sales.revenue_minor,
        currency: sales.currency,
        orders: sales.orders,
        no_shows: NoShowNumbers::new(sales.ends, sales.no_show_percent),
        waits: waits.map(WaitNumbers::from),
        line: line_numbers(app, drop_id).await,
        server_time: app.now(),
    })
}

impl From<DropWaits> for WaitNumbers {
    fn from(waits: DropWaits) -> Self {
        Self { people: waits.people, p50_ms: waits.p50_ms, p90_ms: waits.p90_ms }
    }
}

impl NoShowNumbers {
    fn new(ends: OrderEnds, bound_percent: Option<u8>) -> Self {
        let OrderEnds { ended, no_shows } = ends;
        Self {
            orders: no_shows,
            of: ended,
            share: no_shows as f64 / ended.max(1) as f64,
            bound_percent: bound_percent.unwrap_or_default(),
        }
    }
}

async fn line_numbers(app: &App, drop_id: DropId) -> Option<LineNumbers> {
    let asked = async {
        let room = app.queue.room(drop_id).await.ok()??;
        app.queue.counts(drop_id, room.epoch).await.ok()
    };
    let counts = tokio::time::timeout(LINE_TIMEOUT, asked).await.ok()??;
    Some(LineNumbers {
        joined: counts.joined,
        waiting: counts.waiting,
        missed: counts.missed,
        in_flight: counts.in_flight,
        occupied: counts.occupied,
        left: counts.left,
        closed: counts.closed,
    })
}
