//! The end of visits, as the site says: others get their places.

use super::lookup;
use crate::{
    ApiError, App,
    extract::{Body, CurrentSeller, Faults, Validate},
};
use axum::extract::State;
use database::selling::passes;
use edge::{Json, Problem};
use serde::{Deserialize, Serialize};
use shared::{
    ids::{DropId, TicketId},
    lifecycle::TicketState,
};
use utoipa::ToSchema;

/// Visits of one request, at most: as many as fit into a body.
const MAX_VISITS: usize = 400;

/// Visits that are over.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndVisitsInput {
    /// The drop that stands before your site.
    drop_id: DropId,
    /// Their tickets, 400 at most.
    #[schema(min_items = 1, max_items = 400)]
    ticket_ids: Vec<TicketId>,
}

/// Visits that were ended.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct EndedVisitsResponse {
    /// Those that went on until now; the others were over, or are none of this site's.
    ended: Vec<TicketId>,
}

impl Validate for EndVisitsInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.within("/ticket_ids", self.ticket_ids.len(), &(1..=MAX_VISITS));
        faults
    }
}

/// Ends visits, so that others are let in. A repeat changes nothing.
#[utoipa::path(post, path = "/v1/passes/end", tag = "seller",
    security(("seller_key" = [])), request_body = EndVisitsInput,
    responses((status = 200, body = EndedVisitsResponse), Problem))]
#[tracing::instrument(name = "handler.passes.end", skip_all, fields(drop.id = %input.drop_id))]
pub(crate) async fn end(
    State(app): State<App>,
    seller: CurrentSeller,
    Body(input): Body<EndVisitsInput>,
) -> Result<Json<EndedVisitsResponse>, ApiError> {
    if !lookup::is_own_site(&app, seller, input.drop_id).await? {
        return Err(ApiError::DropNotFound);
    }
    let ended = passes::end(&app.pool, input.drop_id, &input.ticket_ids).await?;
    for ticket_id in &ended {
        app.pass_states.note(*ticket_id, TicketState::Visited);
    }
    Ok(Json(EndedVisitsResponse { ended }))
}
