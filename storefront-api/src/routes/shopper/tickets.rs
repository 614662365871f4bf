//! A shopper's own tickets, for a browser that has lost them.

use crate::{ApiError, App, extract::Shopper};
use axum::extract::State;
use database::selling::drops;
use edge::{Json, Problem};
use jiff::Timestamp;
use queue::{QueueError, RoomState, TicketPlace};
use serde::Serialize;
use shared::{
    ids::{DropId, ShopperId},
    messages::JoinedTicket,
};
use utoipa::ToSchema;
use uuid::Uuid;

/// Open drops that are looked at.
const MAX_DROPS: i64 = 200;

/// All live tickets.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TicketList {
    /// One per open drop at most.
    pub data: Vec<TicketSummary>,
}

/// A ticket that is not over.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TicketSummary {
    /// Its id, which becomes its order's.
    pub ticket_id: Uuid,
    /// The drop.
    pub drop_id: Uuid,
    /// `waiting`, `admitting` or `held`.
    #[schema(example = "waiting")]
    pub state: &'static str,
    /// What is wanted.
    pub variant_id: Uuid,
    /// How many.
    pub units: u32,
    /// Its number in line.
    pub queue_number: u64,
    /// When it joined.
    pub joined_at: Timestamp,
}

impl TicketSummary {
    fn new(drop_id: DropId, ticket: &JoinedTicket, place: TicketPlace) -> Self {
        Self {
            ticket_id: ticket.ticket_id.as_uuid(),
            drop_id: drop_id.as_uuid(),
            state: match place {
                // Until Kafka has the command, nobody may be told more than that.
                TicketPlace::Waiting | TicketPlace::InFlight { extended: false } => "waiting",
                TicketPlace::InFlight { extended: true } => "admitting",
                TicketPlace::Occupied => "held",
            },
            variant_id: ticket.intent.variant_id.as_uuid(),
            units: ticket.intent.units,
            queue_number: ticket.score.number(),
            joined_at: Timestamp::from_millisecond(ticket.joined_at_ms).unwrap_or_default(),
        }
    }
}

/// Lists the shopper's live tickets in all open drops.
#[utoipa::path(get, path = "/v1/tickets", tag = "shopper", security(("session" = [])),
    responses((status = 200, body = TicketList),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
#[tracing::instrument(name = "handler.tickets.list", skip_all)]
pub(crate) async fn list(
    State(app): State<App>,
    shopper: Shopper,
) -> Result<Json<TicketList>, ApiError> {
    let mut data = Vec::new();
    for drop_id in drops::list_with_rooms(&app.pool, MAX_DROPS).await? {
        if let Some((ticket, place)) = find(&app, drop_id, shopper.id).await? {
            data.push(TicketSummary::new(drop_id, &ticket, place));
        }
    }
    Ok(Json(TicketList { data }))
}

/// Finds the shopper's ticket of one drop. A room that is lost or being rebuilt cannot say "none":
/// a page that heard so would let the shopper join again.
async fn find(
    app: &App,
    drop_id: DropId,
    shopper_id: ShopperId,
) -> Result<Option<(JoinedTicket, TicketPlace)>, ApiError> {
    let room = app.queue.room(drop_id).await?.ok_or(ApiError::RoomRebuilding)?;
    if room.state == RoomState::Rebuilding || !room.trusted {
        return Err(ApiError::RoomRebuilding);
    }
    match app.queue.find_by_account(drop_id, room.epoch, shopper_id).await {
        Err(QueueError::Epoch { .. }) => Err(ApiError::RoomRebuilding),
        found => Ok(found?),
    }
}
