//! What scripts take, and how it is packed. Numbers are big endian.

use shared::{
    ids::{TicketId, VariantId},
    line::{
        InFlightTicket, Intent, JoinRequest, JoinedTicket, Lane, LogPosition, Score, StockFigure,
        TicketKey,
    },
};
use std::fmt::Display;

/// Size of a record up to what only the script knows: score and time.
const REQUEST: usize = 37;
/// Size of a record: all of a ticket but its account.
pub(crate) const RECORD: usize = 53;
/// Size of a row: an account and its record.
pub(crate) const ROW: usize = 16 + RECORD;
/// Size of what events hold of tickets that are known already.
pub(crate) const MARK: usize = 25;
/// Size of a lease's log position.
pub(crate) const POSITION: usize = 21;
/// Size of a lease.
pub(crate) const LEASE: usize = POSITION + 8 + ROW;

/// Arguments of a script, behind the epoch and the lines.
#[derive(Clone, Debug, Default)]
pub(crate) struct Args(pub(crate) Vec<Vec<u8>>);

impl Args {
    pub(crate) fn none() -> Self {
        Self::default()
    }

    /// Adds a number or a word.
    pub(crate) fn text(mut self, text: impl Display) -> Self {
        self.push_text(text);
        self
    }

    pub(crate) fn bytes(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.0.push(bytes.into());
        self
    }

    pub(crate) fn push_text(&mut self, text: impl Display) {
        self.0.push(text.to_string().into_bytes());
    }

    pub(crate) fn push(&mut self, bytes: impl Into<Vec<u8>>) {
        self.0.push(bytes.into());
    }

    /// Adds what finds a ticket: three arguments.
    pub(crate) fn push_key(&mut self, ticket: &TicketKey) {
        self.push(*ticket.ticket_id.as_bytes());
        self.push(*ticket.shopper_id.as_bytes());
        self.push_text(ticket.score.raw());
    }

    /// Adds the account and the record of a ticket: two arguments.
    pub(crate) fn push_ticket(&mut self, ticket: &JoinedTicket) {
        self.push(*ticket.shopper_id.as_bytes());
        self.push(record(ticket));
    }
}

/// Packs what the caller knows of a ticket that is to join.
pub(crate) fn request(request: &JoinRequest) -> Vec<u8> {
    fixed(request.ticket_id, request.intent, request.lane)
}

/// Packs a ticket without its account: ticket 16, variant 16, lane 1, units 4, score 8, time 8.
pub(crate) fn record(ticket: &JoinedTicket) -> Vec<u8> {
    let mut record = fixed(ticket.ticket_id, ticket.intent, ticket.lane);
    record.extend(ticket.score.raw().to_be_bytes());
    record.extend(ticket.joined_at_ms.to_be_bytes());
    record
}

fn fixed(ticket_id: TicketId, intent: Intent, lane: Lane) -> Vec<u8> {
    let mut record = Vec::with_capacity(RECORD);
    record.extend(ticket_id.as_bytes());
    record.extend(line(lane, intent.variant_id));
    record.extend(intent.units.to_be_bytes());
    debug_assert_eq!(record.len(), REQUEST);
    record
}

/// Names a line: its variant and lane.
pub(crate) fn line(lane: Lane, variant_id: VariantId) -> [u8; 17] {
    let mut line = [lane.0; 17];
    line[..16].copy_from_slice(variant_id.as_bytes());
    line
}

/// Packs a log position as leases begin: 1, generation 8, partition 4, offset 8.
pub(crate) fn position(position: &LogPosition) -> Vec<u8> {
    let mut packed = Vec::with_capacity(LEASE);
    packed.push(1);
    packed.extend(position.generation.to_be_bytes());
    packed.extend(position.partition.to_be_bytes());
    packed.extend(position.offset.to_be_bytes());
    packed
}

/// Packs a lease: its log position, when the ticket was let in, the account and the record.
pub(crate) fn lease(one: &InFlightTicket) -> Vec<u8> {
    let mut lease = position(&one.position);
    lease.extend(one.admitted_at_us.to_be_bytes());
    lease.extend(one.ticket.shopper_id.as_bytes());
    lease.extend(record(&one.ticket));
    lease
}

/// Writes a stock figure as Redis has it.
pub(crate) fn figure(figure: &StockFigure) -> String {
    let StockFigure { version, available, reserved, .. } = figure;
    format!("{version}|{available}|{reserved}")
}

/// The score before all others, for reading a line from its beginning.
pub(crate) fn after(last: Option<Score>) -> u64 {
    last.map_or(0, Score::raw)
}
