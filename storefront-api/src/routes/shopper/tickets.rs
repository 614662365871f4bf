//! A shopper's own tickets, for a browser that has lost them.

use crate::{ApiError, App, extract::ShopperOnly};
use axum::extract::State;
use edge::{Json, Problem};
use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use queue::QueueError;
use serde::Serialize;
use shared::{
    ids::{DropId, ShopperId, TicketId, VariantId},
    line::{JoinedTicket, LiveState, RoomState, ShownState},
};
use utoipa::ToSchema;

/// Rooms that are asked at one time for one shopper.
const AT_A_TIME: usize = 16;

/// A shopper's live tickets.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub(crate) struct TicketList {
    /// At most one per open drop.
    data: Vec<TicketSummary>,
    /// Open drops whose line is being restored: the shopper may have a ticket there, and keeps it.
    not_ready: Vec<DropId>,
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

/// What a room says of a shopper.
enum Found {
    Ticket(JoinedTicket, LiveState),
    Nothing,
    /// It is lost or being rebuilt, so that it can't say.
    NotReady,
}

/// Lists the shopper's live tickets in the 200 newest open drops.
#[utoipa::path(get, path = "/v1/tickets", tag = "shopper", security(("session" = [])),
    responses((status = 200, body = TicketList), Problem))]
#[tracing::instrument(name = "handler.tickets.list", skip_all)]
pub(crate) async fn list(
    State(app): State<App>,
    ShopperOnly(shopper): ShopperOnly,
) -> Result<Json<TicketList>, ApiError> {
    let rooms = app.public_reads.open_rooms().await?;
    let app = &app;
    let ask = |drop_id: DropId| async move { (drop_id, find(app, drop_id, shopper.id).await) };
    let mut answers = stream::iter(rooms.to_vec()).map(ask).buffered(AT_A_TIME);
    let mut tickets = TicketList::default();
    while let Some((drop_id, found)) = answers.next().await {
        match found? {
            Found::Ticket(ticket, live) => {
                tickets.data.push(TicketSummary::new(drop_id, &ticket, live));
            }
            Found::Nothing => {}
            Found::NotReady => tickets.not_ready.push(drop_id),
        }
    }
    Ok(Json(tickets))
}

/// Finds the shopper's ticket for one drop. A room that is lost or being rebuilt must not answer
/// "none": the page would let the shopper join again.
async fn find(app: &App, drop_id: DropId, shopper_id: ShopperId) -> Result<Found, QueueError> {
    let Some(room) = app.queue.room(drop_id).await? else { return Ok(Found::NotReady) };
    if room.state == RoomState::Rebuilding || !room.trusted {
        return Ok(Found::NotReady);
    }
    match app.queue.find_by_account(drop_id, room.epoch, shopper_id).await {
        Ok(Some((ticket, live))) => Ok(Found::Ticket(ticket, live)),
        Ok(None) => Ok(Found::Nothing),
        Err(QueueError::Epoch { .. }) => Ok(Found::NotReady),
        Err(error) => Err(error),
    }
}
