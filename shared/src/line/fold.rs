//! How a line follows from what Postgres and the log know.
//!
//! Orders that are over come first, since a shopper may have joined again behind one; then the
//! log's events, in their order; then the orders in progress; last the commands that have no row
//! yet. An account has one live ticket: of two that wait, the one further ahead stays, and one that
//! waits yields to one that is past waiting.

use super::{
    EndedCounts, EndedTicket, Epoch, InFlightTicket, JoinedTicket, LineEnd, LineImage, LogPosition,
    RoomEvent, TicketScore,
    image::{ended_code, set_ended_code},
};
use crate::{
    drops::CloseReason,
    ids::{ShopperId, TicketId},
};
use std::collections::{BTreeMap, HashMap};

/// Gathers what is known of a line's tickets; see the module for the order of the calls.
#[derive(Clone, Debug, Default)]
pub struct LineFold {
    live: HashMap<TicketId, Live>,
    /// The live ticket of each account. An account that has two past waiting has the later one here.
    own: HashMap<ShopperId, TicketId>,
    ended: BTreeMap<Epoch, Vec<u8>>,
    why: HashMap<TicketId, CloseReason>,
}

#[derive(Clone, Copy, Debug)]
struct Live {
    ticket: JoinedTicket,
    place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Waiting,
    Missed,
    Held,
    InFlight { admitted_at_us: i64, position: LogPosition },
}

impl Place {
    /// Whether the ticket has a place in line, absent or not.
    fn is_in_line(self) -> bool {
        matches!(self, Self::Waiting | Self::Missed)
    }
}

impl LineFold {
    /// Creates the fold of a line that nobody has joined yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends a ticket, wherever it is; for orders that are over.
    pub fn end(&mut self, ticket: EndedTicket) {
        let EndedTicket { ticket_id, score, end } = ticket;
        if let Some(live) = self.live.remove(&ticket_id)
            && self.own.get(&live.ticket.shopper_id) == Some(&ticket_id)
        {
            self.own.remove(&live.ticket.shopper_id);
        }
        set_ended_code(&mut self.ended, score, code(end));
        match end {
            LineEnd::Closed(reason) => self.why.insert(ticket_id, reason),
            LineEnd::Left | LineEnd::Ordered => self.why.remove(&ticket_id),
        };
    }

    /// Applies an event. Admissions are passed over: only an order row or a command proves one, and
    /// a ticket with neither waits again.
    pub fn apply(&mut self, event: &RoomEvent) {
        match event {
            RoomEvent::Joined { tickets } | RoomEvent::Attached { tickets } => {
                tickets.iter().for_each(|ticket| self.wait(ticket));
            }
            RoomEvent::Missed { tickets } => {
                tickets.iter().for_each(|ticket| self.stand(ticket, Place::Missed));
            }
            RoomEvent::Returned { tickets } => {
                tickets.iter().for_each(|ticket| self.stand(ticket, Place::Waiting));
            }
            RoomEvent::Left { tickets } => self.end_all(tickets, LineEnd::Left),
            RoomEvent::Closed { reason, tickets } => {
                self.end_all(tickets, LineEnd::Closed(*reason));
            }
            RoomEvent::Admitted { .. }
            | RoomEvent::Configured(_)
            | RoomEvent::Begun { .. }
            | RoomEvent::Ended { .. } => {}
        }
    }

    /// Adds a ticket whose order is in progress.
    pub fn hold(&mut self, ticket: JoinedTicket) {
        self.occupy(ticket, Place::Held);
    }

    /// Adds a ticket whose command has no row yet, unless its order is known already.
    pub fn fly(&mut self, ticket: InFlightTicket) {
        let InFlightTicket { ticket, admitted_at_us, position } = ticket;
        let ordered = ended_code(&self.ended, ticket.score) == code(LineEnd::Ordered);
        let is_held =
            self.live.get(&ticket.ticket_id).is_some_and(|live| live.place == Place::Held);
        if !ordered && !is_held {
            self.occupy(ticket, Place::InFlight { admitted_at_us, position });
        }
    }

    /// Returns what the line begins with.
    #[must_use]
    pub fn image(self) -> LineImage {
        let mut image = LineImage { counts: self.counts(), ..LineImage::default() };
        for Live { ticket, place } in self.live.into_values() {
            match place {
                Place::Waiting => image.waiting.push(ticket),
                Place::Missed => image.missed.push(ticket),
                Place::Held => image.held.push(ticket),
                Place::InFlight { admitted_at_us, position } => {
                    image.in_flight.push(InFlightTicket { ticket, admitted_at_us, position });
                }
            }
        }
        // Two tickets of a forked log may share a score.
        image.waiting.sort_unstable_by_key(|ticket| (ticket.score, ticket.ticket_id));
        image.missed.sort_unstable_by_key(|ticket| (ticket.score, ticket.ticket_id));
        image.held.sort_unstable_by_key(|ticket| (ticket.score, ticket.ticket_id));
        image.in_flight.sort_unstable_by_key(|one| (one.ticket.score, one.ticket.ticket_id));
        image.ended = self.ended;
        image.why = self.why.into_iter().collect();
        image.why.sort_unstable_by_key(|(ticket_id, _)| *ticket_id);
        image
    }

    /// Puts a ticket in line, unless it is past waiting or over.
    fn wait(&mut self, ticket: &JoinedTicket) {
        let is_over = ended_code(&self.ended, ticket.score) != 0;
        if is_over || self.live.contains_key(&ticket.ticket_id) {
            return;
        }
        if let Some(other) = self.other_of(ticket) {
            if !other.place.is_in_line() {
                return;
            }
            if other.ticket.score < ticket.score {
                self.replace(ticket);
                return;
            }
            self.replace(&other.ticket);
        }
        self.put(*ticket, Place::Waiting);
    }

    /// Puts a ticket in line, as one who waits or as one who is absent.
    fn stand(&mut self, ticket: &JoinedTicket, place: Place) {
        self.wait(ticket);
        if let Some(live) = self.live.get_mut(&ticket.ticket_id)
            && live.place.is_in_line()
        {
            live.place = place;
        }
    }

    /// Puts a ticket where a row or a command proves it to be, whatever else was recorded.
    fn occupy(&mut self, ticket: JoinedTicket, place: Place) {
        if ended_code(&self.ended, ticket.score) != 0 {
            set_ended_code(&mut self.ended, ticket.score, 0);
            self.why.remove(&ticket.ticket_id);
        }
        if let Some(other) = self.other_of(&ticket)
            && other.place.is_in_line()
        {
            self.replace(&other.ticket);
        }
        self.put(ticket, place);
    }

    fn put(&mut self, ticket: JoinedTicket, place: Place) {
        self.live.insert(ticket.ticket_id, Live { ticket, place });
        self.own.insert(ticket.shopper_id, ticket.ticket_id);
    }

    /// Returns the live ticket of this ticket's account, if it is another one.
    fn other_of(&self, ticket: &JoinedTicket) -> Option<Live> {
        let other = self.own.get(&ticket.shopper_id).filter(|id| **id != ticket.ticket_id)?;
        self.live.get(other).copied()
    }

    fn replace(&mut self, ticket: &JoinedTicket) {
        let end = LineEnd::Closed(CloseReason::Replaced);
        self.end(EndedTicket { ticket_id: ticket.ticket_id, score: ticket.score, end });
    }

    fn end_all(&mut self, tickets: &[TicketScore], end: LineEnd) {
        for TicketScore { ticket_id, score, .. } in tickets {
            self.end(EndedTicket { ticket_id: *ticket_id, score: *score, end });
        }
    }

    fn counts(&self) -> EndedCounts {
        let mut of_code = [0_u64; 4];
        for byte in self.ended.values().flatten() {
            for shift in [0, 2, 4, 6] {
                of_code[usize::from((byte >> shift) & 3)] += 1;
            }
        }
        let [_, left, closed, ordered] = of_code;
        let joined = self.live.len() as u64 + left + closed + ordered;
        EndedCounts { joined, left, closed, ordered }
    }
}

/// Returns the bits of an end, as `queue/lua/line.lua` has them.
const fn code(end: LineEnd) -> u8 {
    match end {
        LineEnd::Left => 1,
        LineEnd::Closed(_) => 2,
        LineEnd::Ordered => 3,
    }
}

#[cfg(test)]
mod tests;
