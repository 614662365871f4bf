//! Taking a pass back.

use crate::{
    ApiError, App,
    extract::{Body, CurrentOperator, CurrentSeller, Faults, Validate},
};
use axum::extract::State;
use database::selling::passes::{self, RevokeOutcome};
use edge::{Json, Path, Problem};
use serde::{Deserialize, Serialize};
use shared::{
    ids::{DropId, SellerId, TicketId},
    lifecycle::TicketState,
};
use utoipa::ToSchema;

/// Why a pass is taken back.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RevokePassInput {
    /// The drop that stands before the site.
    drop_id: DropId,
    /// The reason, for the audit log; up to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    why: String,
}

/// A pass that was taken back.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct RevokedPassResponse {
    ticket_id: TicketId,
    /// Always `revoked`.
    state: TicketState,
}

impl Validate for RevokePassInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.text("/why", &self.why, 500);
        faults
    }
}

/// Takes a pass for a site of the seller's back: it lets nobody in any more, and whoever is inside
/// with it is out within a second. A pass that was taken back stays so.
#[utoipa::path(post, path = "/v1/passes/{ticket_id}/revoke", tag = "seller",
    security(("seller_key" = [])), params(("ticket_id" = TicketId, Path)),
    request_body = RevokePassInput,
    responses((status = 200, body = RevokedPassResponse), Problem))]
#[tracing::instrument(name = "handler.passes.revoke", skip_all, fields(ticket.id = %ticket_id))]
pub(crate) async fn by_seller(
    State(app): State<App>,
    Path(ticket_id): Path<TicketId>,
    seller: CurrentSeller,
    Body(input): Body<RevokePassInput>,
) -> Result<Json<RevokedPassResponse>, ApiError> {
    revoke(&app, Some(seller.id), ticket_id, &input, &seller.actor()).await
}

/// Takes anybody's pass back, likewise.
#[utoipa::path(post, path = "/v1/operator/passes/{ticket_id}/revoke", tag = "operator",
    security(("operator_key" = [])), params(("ticket_id" = TicketId, Path)),
    request_body = RevokePassInput,
    responses((status = 200, body = RevokedPassResponse), Problem))]
#[tracing::instrument(name = "handler.passes.operator_revoke", skip_all,
    fields(ticket.id = %ticket_id))]
pub(crate) async fn by_operator(
    State(app): State<App>,
    Path(ticket_id): Path<TicketId>,
    operator: CurrentOperator,
    Body(input): Body<RevokePassInput>,
) -> Result<Json<RevokedPassResponse>, ApiError> {
    revoke(&app, None, ticket_id, &input, &operator.actor()).await
}

async fn revoke(
    app: &App,
    seller_id: Option<SellerId>,
    ticket_id: TicketId,
    input: &RevokePassInput,
    actor: &str,
) -> Result<Json<RevokedPassResponse>, ApiError> {
    let pool = &app.pool;
    match passes::revoke(pool, seller_id, input.drop_id, ticket_id, actor, &input.why).await? {
        RevokeOutcome::Revoked => {
            tracing::info!(ticket.id = %ticket_id, "took back the pass of ticket {ticket_id}");
        }
        // A repeat of a request whose response was lost has what it wants.
        RevokeOutcome::Over(TicketState::Revoked) => {}
        RevokeOutcome::Over(state) => return Err(ApiError::PassOver(state)),
        RevokeOutcome::NotFound => return Err(ApiError::PassNotFound),
    }
    app.pass_states.note(ticket_id, TicketState::Revoked);
    Ok(Json(RevokedPassResponse { ticket_id, state: TicketState::Revoked }))
}
