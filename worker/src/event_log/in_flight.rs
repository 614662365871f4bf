//! For a rebuild: the commands that the processor will still meet.

use super::error::LogError;
use crate::app::App;
use broker::RangeReader;
use database::{
    line::epochs::{Boundary, LineTruth},
    selling::scheduling::LiveDrop,
};
use shared::{
    line::{InFlightTicket, Intent, JoinedTicket, LogPosition},
    messages::{OrderCommand, PlaceOrder},
};
use std::collections::HashSet;

/// Reads the commands before `boundary` that are not processed yet and that the processor will
/// accept: their tickets are in flight, unless they have an order row all the same.
pub(super) async fn commands_before(
    app: &App,
    flash_drop: &LiveDrop,
    truth: &LineTruth,
    boundary: Boundary,
) -> Result<Vec<InFlightTicket>, LogError> {
    let Some(processed) = truth.processed else { return Ok(Vec::new()) };
    if processed.generation != boundary.generation {
        return Ok(Vec::new());
    }
    let (topic, partition) = (&app.topics.order_commands, flash_drop.partition);
    let range = processed.offset..boundary.offset;
    let mut reader = RangeReader::open(&app.ranges, topic, partition, range).await?;
    let mut seen = HashSet::new();
    let mut in_flight = Vec::new();
    while let Some(records) = reader.next().await? {
        for record in records {
            let payload = record.payload.as_deref();
            let Some(command) = own_command(app, flash_drop, payload) else { continue };
            let (generation, offset) = (boundary.generation, record.offset);
            let at = Boundary { generation, offset };
            if truth.boundaries.leave_out(command.epoch, at) || !seen.insert(command.ticket_id) {
                continue;
            }
            in_flight.push(ticket(&command, LogPosition { generation, partition, offset }));
        }
    }
    Ok(in_flight)
}

fn own_command(app: &App, flash_drop: &LiveDrop, payload: Option<&[u8]>) -> Option<PlaceOrder> {
    let OrderCommand::V1(command) = serde_json::from_slice(payload?).ok()?;
    let is_own = command.drop_id == flash_drop.id && command.verify(&app.command_keys).is_ok();
    is_own.then_some(command)
}

fn ticket(command: &PlaceOrder, position: LogPosition) -> InFlightTicket {
    InFlightTicket {
        ticket: JoinedTicket {
            ticket_id: command.ticket_id,
            shopper_id: command.shopper_id,
            lane: command.lane,
            score: command.score,
            intent: Intent { variant_id: command.variant_id, units: command.units },
            // Not in a command; nothing is decided by it any more.
            joined_at_ms: command.admitted_at_us / 1000,
        },
        admitted_at_us: command.admitted_at_us,
        position,
    }
}
