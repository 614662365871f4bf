//! A shopper's own tickets, for a browser that has lost them.

use crate::{ApiError, App, extract::ShopperOnly};
use axum::extract::State;
use edge::{Json, Problem};
use jiff::Timestamp;
use queue::QueueError;
use serde::Serialize;
use shared::{
    ids::{DropId, ShopperId, TicketId, VariantId},
    line::{JoinedTicket, LiveState, RoomState, ShownState},
};
use utoipa::ToSchema;

/// A shopper's live tickets.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct TicketList {
    /// At most one per open drop.
    data: Vec<TicketSummary>,
}

/// A ticket whose way hasn't ended.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct TicketSummary {
    /// Also the id of the order that it may become.
    ticket_id: TicketId,
    drop_id: DropId,
    /// `waiting`, `admitting` or `held`; a live ticket has no other states.
    state: ShownState,
    variant_id: VariantId,
    units: u32,
    /// Given on joining; never changes.
    queue_number: u64,
    joined_at: Timestamp,
}

impl TicketSummary {
    fn new(drop_id: DropId, ticket: &JoinedTicket, live: LiveState) -> Self {
        Self {
            ticket_id: ticket.ticket_id,
            drop_id,
            state: live.shown(),
            variant_id: ticket.intent.variant_id,
            units: ticket.intent.units,
            queue_number: ticket.score.number(),
            joined_at: Timestamp::from_millisecond(ticket.joined_at_ms).unwrap_or_default(),
        }
    }
}

/// Lists the shopper's live tickets in the 200 newest open drops.
#[utoipa::path(get, path = "/v1/tickets", tag = "shopper", security(("session" = [])),
    responses((status = 200, body = TicketList), Problem))]
#[tracing::instrument(name = "handler.tickets.list", skip_all)]
pub(crate) async fn list(
    State(app): State<App>,
    ShopperOnly(shopper): ShopperOnly,
) -> Result<Json<TicketList>, ApiError> {
    let mut data = Vec::new();
    for drop_id in app.public_reads.open_rooms().await?.iter() {
        if let Some((ticket, live)) = find(&app, *drop_id, shopper.id).await? {
            data.push(TicketSummary::new(*drop_id, &ticket, live));
        }
    }
    Ok(Json(TicketList { data }))
}

/// Finds the shopper's ticket for one drop. A room that is lost or being rebuilt must not answer
/// "none": the page would let the shopper join again.
async fn find(
    app: &App,
    drop_id: DropId,
    shopper_id: ShopperId,
) -> Result<Option<(JoinedTicket, LiveState)>, ApiError> {
    let room = app.queue.room(drop_id).await?.ok_or(ApiError::RoomRebuilding)?;
    if room.state == RoomState::Rebuilding || !room.trusted {
        return Err(ApiError::RoomRebuilding);
    }
    match app.queue.find_by_account(drop_id, room.epoch, shopper_id).await {
        Err(QueueError::Epoch { .. }) => Err(ApiError::RoomRebuilding),
        found => Ok(found?),
    }
}
