//! The way in, for a shopper whose turn it is.

use super::tokens;
use crate::{
    ApiError, App,
    extract::{Body, Faults, ProvenShopper, Validate},
    time_limit::in_time,
};
use axum::extract::State;
use database::selling::passes;
use edge::{Json, Path, Problem};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::{
    ids::{DropId, TicketId},
    lifecycle::TicketState,
    site::Site,
};
use utoipa::ToSchema;

/// Where on the site a shopper wants to go.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PassInput {
    /// A path of the site, or an address of one of its origins. Without it, and where it leads
    /// elsewhere, the way leads to where the site begins.
    #[schema(max_length = 2048, example = "/lamps?size=2")]
    to: Option<String>,
}

/// A pass and the way in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PassResponse {
    ticket_id: TicketId,
    /// A JWT that lets one browser in, once, within a minute.
    pass: String,
    /// Where the site takes it: send the browser there.
    return_url: String,
    /// Until when the pass is good, and a visit may last.
    expires_at: Timestamp,
    /// `passed`; or `redeemed` if it was used before: then only the browser that has used it gets in.
    state: TicketState,
    /// The server's clock, for countdowns.
    server_time: Timestamp,
}

impl Validate for PassInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        if let Some(to) = &self.to {
            faults.optional_text("/to", to, 2048);
        }
        faults
    }
}

/// Returns the way into the site that a drop stands before, for a shopper whose turn it is.
///
/// It may be asked for again, as long as the pass is good: each answer has a minute of its own. Whose
/// session is bound to a key needs a proof of it.
#[utoipa::path(post, path = "/v1/drops/{drop_id}/pass", tag = "shopper",
    security(("session" = [])), request_body = PassInput,
    params(("drop_id" = DropId, Path), ("DPoP" = Option<String>, Header,
        description = "A proof of the key that the session is bound to, if it is")),
    responses((status = 200, body = PassResponse), Problem))]
#[tracing::instrument(name = "handler.passes.hand_over", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn hand_over(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    ProvenShopper(shopper): ProvenShopper,
    Body(input): Body<PassInput>,
) -> Result<Json<PassResponse>, ApiError> {
    let found = in_time(passes::find_of_shopper(&app.pool, drop_id, shopper.id)).await??;
    let pass = found.ok_or(ApiError::PassNotFound)?;
    let site = Site::new(&pass.site_url, &pass.return_origins).ok_or(ApiError::DropNotFound)?;
    let (token, server_time) = (tokens::for_hand_over(&app, &pass), app.now());
    Ok(Json(PassResponse {
        ticket_id: pass.id.into(),
        return_url: site.find_or_beginning(input.to.as_deref()).enter_with(&token),
        pass: token,
        expires_at: pass.expires_at.unwrap_or(server_time),
        state: pass.state,
        server_time,
    }))
}
