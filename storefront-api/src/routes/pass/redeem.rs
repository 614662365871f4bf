//! Redeeming a pass for a site whose own server lets its visitors in.

use super::{lookup, tokens};
use crate::{
    ApiError, App,
    extract::{Body, CurrentSeller, Faults, Validate},
};
use axum::extract::State;
use database::selling::passes::{self, RedeemOutcome};
use edge::{Json, Problem};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::{
    credentials::PassPurpose,
    ids::{DropId, ShopperId, TicketId},
    lifecycle::TicketState,
};
use utoipa::ToSchema;

/// Longest token of a pass, bytes.
const MAX_TOKEN: usize = 2048;

/// A pass to redeem.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RedeemInput {
    /// The drop that stands before your site.
    drop_id: DropId,
    /// What the visitor's browser came with.
    #[schema(max_length = 2048, pattern = r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$")]
    pass: String,
}

/// A visit that has begun.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RedeemResponse {
    ticket_id: TicketId,
    /// The visitor's account with us.
    shopper_id: ShopperId,
    /// Until when the visit may last.
    expires_at: Timestamp,
    /// A JWT for the visitor's cookie. The keys of `/v1/passes/keys.json` verify it.
    visit: String,
}

impl Validate for RedeemInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        if self.pass.len() > MAX_TOKEN {
            faults.add("/pass", format!("must have at most {MAX_TOKEN} characters"));
        }
        faults
    }
}

/// Redeems a pass: of any number of requests, one lets its visitor in.
#[utoipa::path(post, path = "/v1/passes/redeem", tag = "seller",
    security(("seller_key" = [])), request_body = RedeemInput,
    responses((status = 200, body = RedeemResponse), Problem))]
#[tracing::instrument(name = "handler.passes.redeem", skip_all)]
pub(crate) async fn redeem(
    State(app): State<App>,
    seller: CurrentSeller,
    Body(input): Body<RedeemInput>,
) -> Result<Json<RedeemResponse>, ApiError> {
    let claims = tokens::open(&app, &input.pass, PassPurpose::HandOver, input.drop_id)?;
    if !lookup::is_own_site(&app, seller, input.drop_id).await? {
        return Err(ApiError::PassForeign);
    }
    let pass = match passes::redeem(&app.pool, input.drop_id, claims.jti).await? {
        RedeemOutcome::Redeemed(pass) => pass,
        RedeemOutcome::AlreadyRedeemed => return Err(ApiError::PassRedeemed),
        RedeemOutcome::Over(TicketState::Revoked) => return Err(ApiError::PassRevoked),
        RedeemOutcome::Over(TicketState::Expired) => return Err(ApiError::PassExpired),
        RedeemOutcome::Over(state) => return Err(ApiError::PassOver(state)),
        RedeemOutcome::Unknown => return Err(ApiError::PassInvalid),
    };
    Ok(Json(RedeemResponse {
        ticket_id: claims.jti,
        shopper_id: pass.shopper_id,
        visit: tokens::for_visit(&app, &pass),
        expires_at: pass.expires_at.unwrap_or_else(|| app.now()),
    }))
}
