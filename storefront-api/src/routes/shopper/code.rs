//! Redeeming a code, before joining: what comes of it is leave to join a lane.
//!
//! A code is short, so it is worth guessing. Whoever tries is held up, by shopper and by address, and is
//! never told why a code is refused.

use super::session_limits::WithinCodeLimit;
use crate::{
    ApiError, App,
    extract::{Body, Faults, ShopperOnly, Validate},
    routes::ranges::MAX_CODE,
};
use axum::extract::State;
use database::selling::codes;
use edge::{Json, Path, Problem};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::{
    credentials::{DropCode, LaneGrant},
    ids::DropId,
};
use std::time::Duration;
use utoipa::ToSchema;

/// How long a grant may be used: enough to look at the drop and join. Another one costs nothing.
const GRANT_LIFE: Duration = Duration::from_secs(15 * 60);

/// A code as a shopper types it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CodeInput {
    /// However it is cased and spaced; up to 40 characters.
    #[schema(min_length = 1, max_length = 40, example = "K7QM-2X9R-4TBD")]
    code: String,
}

/// Leave to join a lane.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct LaneGrantResponse {
    /// What to send as `lane_grant` when joining. Worth nothing to any other shopper.
    lane_grant: String,
    lane: u8,
    /// Until when it is taken; the code then gives another one.
    expires_at: Timestamp,
}

impl Validate for CodeInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.text("/code", &self.code, MAX_CODE);
        faults
    }
}

/// Redeems a code of a drop for leave to join its lane. The first time takes one of its uses; the same
/// shopper may ask again for nothing.
#[utoipa::path(post, path = "/v1/drops/{drop_id}/code", tag = "shopper",
    security(("session" = [])), request_body = CodeInput,
    params(("drop_id" = DropId, Path)),
    responses((status = 200, body = LaneGrantResponse), Problem))]
#[tracing::instrument(name = "handler.drops.code", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn redeem(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    _: WithinCodeLimit,
    ShopperOnly(shopper): ShopperOnly,
    Body(input): Body<CodeInput>,
) -> Result<Json<LaneGrantResponse>, ApiError> {
    app.code_limiter.check(&shopper.id)?;
    if app.public_reads.find_drop(drop_id).await?.is_none() {
        return Err(ApiError::DropNotFound);
    }
    let code = DropCode::parse(&input.code).ok_or(ApiError::CodeRefused)?;
    let lane = codes::redeem(&app.pool, drop_id, &code.hash(), shopper.id).await?;
    let lane = lane.ok_or(ApiError::CodeRefused)?;
    let expires_at = app.now() + GRANT_LIFE;
    let expires_at_ms = expires_at.as_millisecond();
    let grant = LaneGrant { drop_id, shopper_id: shopper.id, lane, expires_at_ms };
    let lane_grant = grant.seal(&app.session_keys);
    Ok(Json(LaneGrantResponse { lane_grant, lane: lane.0, expires_at }))
}
