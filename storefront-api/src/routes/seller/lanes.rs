//! The lanes of a drop beside the normal one.

use super::drops::{self, SellerDropResponse};
use crate::{
    ApiError, App,
    extract::{Body, CurrentSeller, Faults, Validate},
};
use axum::extract::State;
use database::selling::drops::{DropLane, set_lanes};
use edge::{Json, Path, Problem};
use serde::Deserialize;
use shared::{
    ids::DropId,
    line::{Lane, LaneShare},
};
use utoipa::ToSchema;

/// Lanes beside the normal one, at most.
const MAX_LANES: usize = Lane::COUNT as usize - 1;

/// A lane beside the normal one.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LaneInput {
    /// Its number, from 1 to 3.
    #[schema(minimum = 1, maximum = 3, example = 1)]
    lane: u8,
    /// What shoppers know it by, up to 200 characters.
    #[schema(min_length = 1, max_length = 200, example = "Early access")]
    name: String,
    /// Its share of those who are let in, from 0 to 90. With 0 it moves when no other lane can.
    #[schema(minimum = 0, maximum = 90, example = 20)]
    share_percent: u8,
}

/// All lanes of a drop beside the normal one.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LanesInput {
    /// Up to three, together at most 90 percent; the normal lane has the rest. None for a drop with the
    /// normal lane alone.
    #[schema(max_items = 3)]
    lanes: Vec<LaneInput>,
}

impl Validate for LanesInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        check(&self.lanes, &mut faults);
        faults
    }
}

impl LaneInput {
    const fn share(&self) -> LaneShare {
        LaneShare { lane: Lane(self.lane), percent: self.share_percent }
    }
}

/// Adds what is wrong with the lanes of a body.
pub(super) fn check(lanes: &[LaneInput], faults: &mut Faults) {
    if lanes.len() > MAX_LANES {
        faults.add("/lanes", format!("must be at most {MAX_LANES}"));
        return;
    }
    for (n, lane) in lanes.iter().enumerate() {
        faults.within(&format!("/lanes/{n}/lane"), lane.lane, &(1..=Lane::COUNT - 1));
        faults.text(&format!("/lanes/{n}/name"), &lane.name, 200);
        let percents = 0..=LaneShare::MOST_OF_ALL;
        faults.within(&format!("/lanes/{n}/share_percent"), lane.share_percent, &percents);
    }
    let shares: Vec<LaneShare> = lanes.iter().map(LaneInput::share).collect();
    if !LaneShare::add_up(&shares) {
        let most = LaneShare::MOST_OF_ALL;
        faults.add("/lanes", format!("must be different, and together at most {most} percent"));
    }
}

/// Returns lanes as a drop has them, by number.
pub(super) fn in_order(mut lanes: Vec<LaneInput>) -> Vec<DropLane> {
    lanes.sort_by_key(|one| one.lane);
    lanes.into_iter().map(|one| DropLane { share: one.share(), name: one.name }).collect()
}

/// Sets the lanes of a drop beside the normal one; it must not be open yet. Shoppers are told of them.
#[utoipa::path(put, path = "/v1/seller/drops/{drop_id}/lanes", tag = "seller",
    security(("seller_key" = [])), request_body = LanesInput,
    params(("drop_id" = DropId, Path)),
    responses((status = 200, body = SellerDropResponse), Problem))]
#[tracing::instrument(name = "handler.seller_drops.lanes", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn set(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    seller: CurrentSeller,
    Body(input): Body<LanesInput>,
) -> Result<Json<SellerDropResponse>, ApiError> {
    let (pool, lanes) = (app.seller_pools.of(seller.id)?, in_order(input.lanes));
    let why = "set by its seller";
    set_lanes(&pool, seller.id, drop_id, &lanes, &seller.actor(), why).await?;
    Ok(Json(drops::find(&app, seller, drop_id).await?))
}
