//! The room that a request names, and where somebody stands in its line.

use super::{
    answer::AwsRefusal,
    input::{Fields, Ours},
};
use crate::{ApiError, App, extract::CurrentSeller};
use database::selling::{
    passes::aws::{AwsPass, AwsRoom},
    scheduling::EpochState,
};
use queue::QueueError;
use shared::{
    ids::{ShopperId, TicketId},
    line::{Epoch, EpochProblem, JoinedTicket, LiveState},
};

/// Finds the room that a request names.
pub(super) async fn find(app: &App, fields: &Fields) -> Result<AwsRoom, AwsRefusal> {
    let found = app.public_reads.find_aws_room(fields.event()?).await?;
    found.ok_or_else(|| AwsRefusal::invalid("event_id"))
}

/// As [`find`], for a room of this seller's; another's is none.
pub(super) async fn find_own(
    app: &App,
    seller: Ours<CurrentSeller>,
    fields: &Fields,
) -> Result<AwsRoom, AwsRefusal> {
    let room = find(app, fields).await?;
    if room.seller_id == seller.0.id { Ok(room) } else { Err(AwsRefusal::invalid("event_id")) }
}

/// Returns the generation of the room's line; `None` if it has none, since it has not opened yet or is
/// over. A line that is lost is none of these.
pub(super) async fn epoch(app: &App, room: &AwsRoom) -> Result<Option<Epoch>, ApiError> {
    let header = app.queue.room(room.drop_id).await?;
    match header {
        Some(header) => Ok(Some(header.epoch)),
        None if room.epoch_state == EpochState::None => Ok(None),
        None => {
            let problem = EpochProblem::Missing;
            Err(QueueError::Epoch { operation: "look for a line", problem }.into())
        }
    }
}

/// Finds the live ticket of a request. One from before the last reset is none.
pub(super) async fn find_in_line(
    app: &App,
    room: &AwsRoom,
    request_id: TicketId,
) -> Result<Option<(JoinedTicket, LiveState)>, ApiError> {
    let Some(epoch) = epoch(app, room).await? else { return Ok(None) };
    let shopper_id = ShopperId::from_uuid(request_id.as_uuid());
    let found = app.queue.find_by_account(room.drop_id, epoch, shopper_id).await?;
    Ok(found.filter(|(ticket, _)| {
        ticket.ticket_id == request_id && room.counted(ticket.score.number()).is_some()
    }))
}

/// Finds the pass that a request has led to. One from before the last reset is none.
pub(super) async fn find_pass(
    app: &App,
    room: &AwsRoom,
    request_id: TicketId,
) -> Result<Option<AwsPass>, ApiError> {
    let found = app.public_reads.find_aws_pass(room.drop_id, request_id).await?;
    Ok(found.filter(|pass| room.counted(pass.number).is_some()))
}
