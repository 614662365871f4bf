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
mod tests {
    use super::*;
    use crate::{
        ids::VariantId,
        line::{Intent, Lane, Score},
    };

    const AT: LogPosition = LogPosition { generation: 1, partition: 3, offset: 9 };

    fn ticket(number: u64) -> JoinedTicket {
        JoinedTicket {
            ticket_id: TicketId::generate(),
            shopper_id: ShopperId::generate(),
            lane: Lane(0),
            score: Score::new(Epoch(1), number),
            intent: Intent { variant_id: VariantId::generate(), units: 1 },
            joined_at_ms: 5,
        }
    }

    fn joined(tickets: &[JoinedTicket]) -> RoomEvent {
        RoomEvent::Joined { tickets: tickets.to_vec() }
    }

    fn over(ticket: &JoinedTicket, end: LineEnd) -> EndedTicket {
        EndedTicket { ticket_id: ticket.ticket_id, score: ticket.score, end }
    }

    fn flying(ticket: JoinedTicket) -> InFlightTicket {
        InFlightTicket { ticket, admitted_at_us: 7, position: AT }
    }

    #[test]
    fn an_admission_proves_nothing() {
        let (first, second) = (ticket(1), ticket(2));
        let mut fold = LineFold::new();
        fold.apply(&joined(&[second, first]));
        fold.apply(&RoomEvent::Admitted { tickets: vec![first.ticket_score()] });
        let image = fold.image();
        assert_eq!(image.waiting, [first, second]);
        assert_eq!(image.counts, EndedCounts { joined: 2, ..EndedCounts::default() });
    }

    #[test]
    fn a_shopper_who_joined_again_behind_an_ended_order_waits() {
        let first = ticket(1);
        let again = JoinedTicket { shopper_id: first.shopper_id, ..ticket(2) };
        let mut fold = LineFold::new();
        fold.end(over(&first, LineEnd::Ordered));
        fold.apply(&joined(&[first]));
        fold.apply(&joined(&[again]));
        let image = fold.image();
        assert_eq!(image.waiting, [again]);
        let counts = EndedCounts { joined: 2, ordered: 1, ..EndedCounts::default() };
        assert_eq!(image.counts, counts);
    }

    #[test]
    fn of_two_that_wait_the_one_further_ahead_stays() {
        let ahead = ticket(1);
        let behind = JoinedTicket { shopper_id: ahead.shopper_id, ..ticket(2) };
        for order in [[ahead, behind], [behind, ahead]] {
            let mut fold = LineFold::new();
            fold.apply(&joined(&order));
            let image = fold.image();
            assert_eq!(image.waiting, [ahead]);
            assert_eq!(image.why, [(behind.ticket_id, CloseReason::Replaced)]);
        }
    }

    #[test]
    fn one_that_waits_yields_to_one_past_waiting() {
        let waits = ticket(1);
        let held = JoinedTicket { shopper_id: waits.shopper_id, ..ticket(2) };
        let mut fold = LineFold::new();
        fold.apply(&joined(&[waits]));
        fold.hold(held);
        fold.apply(&joined(&[JoinedTicket { shopper_id: waits.shopper_id, ..ticket(3) }]));
        let image = fold.image();
        assert_eq!((image.waiting, image.held), (vec![], vec![held]));
        assert_eq!(image.counts.closed, 1);
    }

    #[test]
    fn a_row_undoes_an_end_and_a_command_does_not_undo_an_order() {
        let (left, ordered, held) = (ticket(1), ticket(2), ticket(3));
        let mut fold = LineFold::new();
        fold.end(over(&ordered, LineEnd::Ordered));
        fold.apply(&joined(&[left, held]));
        fold.apply(&RoomEvent::Left { tickets: vec![left.ticket_score()] });
        fold.hold(held);
        [left, ordered, held].into_iter().map(flying).for_each(|one| fold.fly(one));
        let image = fold.image();
        assert_eq!((image.held, image.in_flight), (vec![held], vec![flying(left)]));
        let counts = EndedCounts { joined: 3, ordered: 1, ..EndedCounts::default() };
        assert_eq!(image.counts, counts);
    }

    #[test]
    fn who_was_missed_comes_back_as_missed_and_who_returned_as_waiting() {
        let [absent, back, unheard_of] = [1, 2, 3].map(ticket);
        let mut fold = LineFold::new();
        fold.apply(&joined(&[absent, back]));
        // The log may have lost the join of one.
        fold.apply(&RoomEvent::Missed { tickets: vec![absent, back, unheard_of] });
        fold.apply(&RoomEvent::Returned { tickets: vec![back] });
        let image = fold.clone().image();
        assert_eq!((image.waiting, image.missed), (vec![back], vec![absent, unheard_of]));
        assert_eq!(image.counts.joined, 3);

        fold.hold(absent);
        fold.apply(&RoomEvent::Left { tickets: vec![unheard_of.ticket_score()] });
        fold.apply(&RoomEvent::Missed { tickets: vec![absent, unheard_of] });
        let image = fold.image();
        assert_eq!((image.missed, image.held, image.counts.left), (vec![], vec![absent], 1));
    }

    #[test]
    fn of_two_the_one_further_ahead_stays_though_it_is_missed() {
        let ahead = ticket(1);
        let behind = JoinedTicket { shopper_id: ahead.shopper_id, ..ticket(2) };
        let mut fold = LineFold::new();
        fold.apply(&joined(&[ahead]));
        fold.apply(&RoomEvent::Missed { tickets: vec![ahead] });
        fold.apply(&joined(&[behind]));
        let image = fold.image();
        assert_eq!((image.waiting, image.missed), (vec![], vec![ahead]));
        assert_eq!(image.why, [(behind.ticket_id, CloseReason::Replaced)]);
    }

    #[test]
    fn a_logged_end_leaves_its_bits_and_its_reason() {
        let (left, closed) = (ticket(1), ticket(2));
        let mut fold = LineFold::new();
        fold.apply(&joined(&[left, closed]));
        fold.apply(&RoomEvent::Left { tickets: vec![left.ticket_score()] });
        let reason = CloseReason::SoldOut;
        fold.apply(&RoomEvent::Closed { reason, tickets: vec![closed.ticket_score()] });
        let image = fold.image();
        assert_eq!(image.ended, BTreeMap::from([(Epoch(1), vec![0b0001_1000])]));
        assert_eq!(image.why, [(closed.ticket_id, reason)]);
        assert!(image.waiting.is_empty());
    }
}
