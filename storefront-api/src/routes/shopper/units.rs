//! Choosing how many of the held units to take.

use super::orders::{self, OrderResponse};
use crate::{
    ApiError, App,
    extract::{Body, Faults, ShopperOnly, Validate},
};
use axum::extract::State;
use database::ordering::{
    holds::{self, UnitChoice},
    order_views::OrderView,
};
use edge::{Json, Path, Problem};
use serde::Deserialize;
use shared::{
    ids::{OrderId, ShopperId},
    lifecycle::TicketState,
};
use utoipa::ToSchema;

/// Units that one order may hold, at most.
const MAX_UNITS: u32 = 1000;

/// How many units a shopper takes.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnitsInput {
    /// From 1 to as many as are held for the order.
    #[schema(minimum = 1, maximum = 1000, example = 2)]
    units: u32,
}

impl Validate for UnitsInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.within("/units", self.units, &(1..=MAX_UNITS));
        faults
    }
}

/// Takes so many of the units that are held for an order, and gives the others back at once.
///
/// Where its drop's fulfilment is `checkout`, and while nobody pays; the price follows. What was given
/// back can't be had again. Who does not choose pays for all of them. A repeat needs no key: the same
/// choice made twice changes nothing the second time.
#[utoipa::path(post, path = "/v1/orders/{order_id}/units", tag = "shopper",
    security(("session" = [])), request_body = UnitsInput, params(("order_id" = OrderId, Path)),
    responses((status = 200, body = OrderResponse), Problem))]
#[tracing::instrument(name = "handler.orders.choose_units", skip_all, fields(order.id = %order_id))]
pub(crate) async fn choose(
    State(app): State<App>,
    Path(order_id): Path<OrderId>,
    ShopperOnly(shopper): ShopperOnly,
    Body(input): Body<UnitsInput>,
) -> Result<Json<OrderResponse>, ApiError> {
    let order = take(&app, order_id, shopper.id, input.units).await?;
    Ok(Json(OrderResponse::new(order, app.now())))
}

/// Takes so many of the units that are held, and returns the order as it is then.
pub(in crate::routes) async fn take(
    app: &App,
    order_id: OrderId,
    shopper_id: ShopperId,
    units: u32,
) -> Result<OrderView, ApiError> {
    match holds::choose_units(&app.pool, order_id, shopper_id, units).await? {
        // The reconciler tells the line of the free units, as it does when this process dies here.
        UnitChoice::Done { units_back } => {
            tracing::info!(
                order.id = %order_id, units_back,
                "order {order_id} gave {units_back} units back"
            );
        }
        UnitChoice::NotFound => return Err(ApiError::OrderNotFound),
        UnitChoice::Fixed => return Err(ApiError::UnitsFixed),
        UnitChoice::NotHeld { held } => return Err(ApiError::UnitsNotHeld { held }),
        // The same before and after the sweeper has ended the order.
        UnitChoice::HoldExpired | UnitChoice::Refused(TicketState::Expired) => {
            return Err(ApiError::HoldExpired);
        }
        UnitChoice::Refused(state) => return Err(ApiError::OrderWrongState(state)),
    }
    let order = orders::find(app, shopper_id, order_id).await?;
    orders::hint(app, &order).await;
    Ok(order)
}
