//! What Redis holds packed, as text. Read here by hand, so that a mistake in `queue`'s own reading
//! shows.

use shared::line::{JoinedTicket, LogPosition, TicketScore};

/// Takes a packed value piece by piece.
struct Packed<'b>(&'b [u8]);

impl<'b> Packed<'b> {
    fn bytes(&mut self, n: usize) -> &'b [u8] {
        let (taken, rest) = self.0.split_at_checked(n).expect("a packed value has its size");
        self.0 = rest;
        taken
    }

    fn number(&mut self, n: usize) -> u64 {
        self.bytes(n).iter().fold(0, |number, byte| (number << 8) | u64::from(*byte))
    }

    fn id(&mut self) -> String {
        id(self.bytes(16))
    }

    fn record(&mut self) -> String {
        let (ticket, variant) = (self.id(), self.id());
        let (lane, units) = (self.number(1), self.number(4));
        let (score, joined_ms) = (self.number(8), self.number(8));
        format!("{ticket}|{variant}|{lane}|{units}|{score}|{joined_ms}")
    }

    fn row(&mut self) -> String {
        format!("{}|{}", self.id(), self.record())
    }

    fn mark(&mut self) -> String {
        format!("{}|{}|{}", self.id(), self.number(1), self.number(8))
    }

    /// Reads all that is left, one line each.
    fn lines(mut self, read: fn(&mut Self) -> String) -> String {
        let mut lines = Vec::new();
        while !self.0.is_empty() {
            lines.push(read(&mut self));
        }
        lines.join("\n")
    }
}

/// Reads an id.
pub(super) fn id(bytes: &[u8]) -> String {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex.len(), 32, "an id is 16 bytes");
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

/// Reads the name of a field of `front`: a line's is its variant and lane.
pub(super) fn front_name(bytes: &[u8]) -> String {
    match bytes {
        [variant @ .., lane] if bytes.len() == 17 => format!("{}|{lane}", id(variant)),
        _ => text(bytes),
    }
}

/// Reads text.
pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("it is text")
}

/// Reads what `intent` has of an account.
pub(super) fn record(bytes: &[u8]) -> String {
    Packed(bytes).lines(Packed::record)
}

/// Reads a lease.
pub(super) fn lease(bytes: &[u8]) -> String {
    let mut lease = Packed(bytes);
    let extended = lease.number(1) == 1;
    let (generation, partition, offset) = (lease.number(8), lease.number(4), lease.number(8));
    let at = if extended { format!("{generation}|{partition}|{offset}") } else { String::new() };
    let (admitted_us, row) = (lease.number(8), lease.row());
    format!("{at} {admitted_us} {row}")
}

/// Reads an event's data.
pub(super) fn event_data(kind: &str, data: &[u8]) -> String {
    match kind {
        "J" | "X" | "M" | "R" => Packed(data).lines(Packed::row),
        "L" | "A" | "C" => Packed(data).lines(Packed::mark),
        _ => text(data),
    }
}

/// Writes a ticket as [`record`] reads it.
pub(super) fn record_text(one: &JoinedTicket) -> String {
    let (ticket, intent) = (one.ticket_id, one.intent);
    let (score, lane, joined_ms) = (one.score.raw(), one.lane.0, one.joined_at_ms);
    format!("{ticket}|{}|{lane}|{}|{score}|{joined_ms}", intent.variant_id, intent.units)
}

/// Writes a lease as [`lease`] reads it.
pub(super) fn lease_text(
    one: &JoinedTicket,
    position: Option<LogPosition>,
    admitted_us: i64,
) -> String {
    let at = position
        .map_or_else(String::new, |at| format!("{}|{}|{}", at.generation, at.partition, at.offset));
    format!("{at} {admitted_us} {}", row_text(one))
}

/// Writes the rows of an event.
pub(super) fn row_texts(tickets: &[JoinedTicket]) -> String {
    tickets.iter().map(row_text).collect::<Vec<_>>().join("\n")
}

/// Writes the marks of an event.
pub(super) fn mark_texts(tickets: &[TicketScore]) -> String {
    let mark = |one: &TicketScore| format!("{}|{}|{}", one.ticket_id, one.lane.0, one.score.raw());
    tickets.iter().map(mark).collect::<Vec<_>>().join("\n")
}

fn row_text(one: &JoinedTicket) -> String {
    format!("{}|{}", one.shopper_id, record_text(one))
}
