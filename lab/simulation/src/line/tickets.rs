//! Joins, leaves, returns, and what Postgres decided.

use super::{
    Attach, End, Join, Line, Place, Position, Reply, Request, State, Stock, Ticket, score_of,
};
use shared::{
    drops::{CloseReason, DropMode},
    ids::TicketId,
    messages::{JoinedTicket, RoomEvent},
    tickets::Score,
};

impl Line {
    /// Where a ticket stands.
    #[must_use]
    pub fn place(&self, ticket_id: TicketId) -> Place {
        match self.tickets.get(&ticket_id).map(|ticket| ticket.state) {
            None => Place::Unknown,
            Some(State::Waiting) => Place::Waiting,
            Some(State::InFlight { position, .. }) => {
                Place::InFlight { extended: position.is_some() }
            }
            Some(State::Occupied) => Place::Occupied,
            Some(State::Over(end)) => Place::Over(end),
        }
    }

    pub(super) fn join(&mut self, now_us: i64, requests: &[Request]) -> Reply {
        let mut joined = Vec::new();
        let outcomes = requests.iter().map(|one| self.join_one(now_us, one, &mut joined)).collect();
        if !joined.is_empty() {
            self.tell(RoomEvent::Joined { tickets: joined });
        }
        Reply::Joins { evn: self.room().evn, outcomes }
    }

    fn join_one(&mut self, now_us: i64, request: &Request, all: &mut Vec<JoinedTicket>) -> Join {
        if let Some(ticket_id) = self.own.get(&request.shopper_id)
            && let Some(joined) = self.tickets.get(ticket_id).and_then(|ticket| ticket.joined)
        {
            return Join::Existing(joined, self.place(*ticket_id));
        }
        let config = self.config();
        if let Some(reason) = self.ended {
            return Join::Ended(reason);
        } else if config.closes_at_us.is_some_and(|at| now_us >= at) {
            return Join::Ended(CloseReason::Closed);
        } else if config.mode == DropMode::Stopped {
            return Join::Stopped;
        } else if now_us < config.opens_at_us {
            return Join::NotOpenYet;
        } else if now_us < self.room().grace_until_us {
            return Join::Grace;
        } else if self.waiting().len() >= config.capacity as usize {
            return Join::Full;
        }
        self.seq += 1;
        let ticket = JoinedTicket {
            ticket_id: request.ticket_id,
            shopper_id: request.shopper_id,
            lane: request.lane,
            score: Score::new(self.room().epoch, self.seq),
            intent: request.intent,
            joined_at_ms: now_us / 1000,
        };
        self.put_in_line(&ticket);
        all.push(ticket);
        Join::Joined(ticket)
    }

    pub(super) fn put_in_line(&mut self, ticket: &JoinedTicket) {
        let waiting = Ticket { score: ticket.score, joined: Some(*ticket), state: State::Waiting };
        self.tickets.insert(ticket.ticket_id, waiting);
        self.own.insert(ticket.shopper_id, ticket.ticket_id);
    }

    pub(super) fn leave(&mut self, ticket_id: TicketId, score: Score) -> Reply {
        match self.place(ticket_id) {
            Place::Waiting => {
                let joined = self.tickets.get(&ticket_id).and_then(|ticket| ticket.joined);
                self.finish(ticket_id, score, End::Left);
                let tickets = joined.iter().map(score_of).collect();
                self.tell(RoomEvent::Left { tickets });
                Reply::Left
            }
            Place::Over(End::Left) => Reply::Left,
            other => Reply::NotLeft(other),
        }
    }

    pub(super) fn attach(&mut self, tickets: &[JoinedTicket]) -> Reply {
        let (mut attached, mut replaced) = (Vec::new(), Vec::new());
        let mut outcomes = Vec::with_capacity(tickets.len());
        for ticket in tickets {
            let outcome = self.attach_one(ticket, &mut replaced);
            if outcome == Attach::Attached {
                attached.push(*ticket);
            }
            outcomes.push(outcome);
        }
        attached.retain(|ticket| self.place(ticket.ticket_id) == Place::Waiting);
        if !replaced.is_empty() {
            let tickets = replaced.iter().map(score_of).collect();
            self.tell(RoomEvent::Closed { reason: CloseReason::Replaced, tickets });
        }
        if !attached.is_empty() {
            self.tell(RoomEvent::Attached { tickets: attached });
        }
        Reply::Attachments { evn: self.room().evn, outcomes }
    }

    fn attach_one(&mut self, ticket: &JoinedTicket, replaced: &mut Vec<JoinedTicket>) -> Attach {
        if ticket.score > Score::new(self.room().epoch, self.seq) {
            return Attach::Impossible;
        }
        match self.place(ticket.ticket_id) {
            Place::Unknown => {}
            known => return Attach::Known(known),
        }
        if let Some(reason) = self.ended {
            return Attach::Ended(reason);
        }
        if let Some(other) = self.other_of(ticket) {
            if self.place(other.ticket_id) != Place::Waiting {
                return Attach::Refused(other);
            }
            let behind = if other.score < ticket.score { *ticket } else { other };
            self.finish(behind.ticket_id, behind.score, End::Closed(CloseReason::Replaced));
            replaced.push(behind);
            if behind.ticket_id == ticket.ticket_id {
                return Attach::Replaced(other);
            }
        }
        self.put_in_line(ticket);
        Attach::Attached
    }

    /// The live ticket of a ticket's account, if it is another one.
    pub(super) fn other_of(&self, ticket: &JoinedTicket) -> Option<JoinedTicket> {
        let other = self.own.get(&ticket.shopper_id).filter(|id| **id != ticket.ticket_id)?;
        self.tickets.get(other)?.joined
    }

    pub(super) fn extend(
        &mut self,
        until_us: i64,
        tickets: &[(TicketId, Option<Position>)],
    ) -> Reply {
        let mut n = 0;
        for (ticket_id, at) in tickets {
            if let Some(Ticket { state: State::InFlight { deadline_us, position, .. }, .. }) =
                self.tickets.get_mut(ticket_id)
            {
                *deadline_us = until_us;
                *position = at.or(*position);
                n += 1;
            }
        }
        Reply::Extended(n)
    }

    pub(super) fn settle(&mut self, stock: &[Stock], tickets: &[(TicketId, Score, bool)]) -> Reply {
        for figure in stock {
            let known = self.stock.get(&figure.variant_id);
            if known.is_none_or(|known| known.version < figure.version) {
                self.stock.insert(figure.variant_id, *figure);
            }
        }
        for (ticket_id, score, goes_on) in tickets {
            if *goes_on {
                self.hold(*ticket_id, *score);
            } else {
                self.finish(*ticket_id, *score, End::Ordered);
            }
        }
        Reply::Done
    }

    fn hold(&mut self, ticket_id: TicketId, score: Score) {
        let ticket = self.tickets.entry(ticket_id).or_insert(Ticket {
            score,
            joined: None,
            state: State::Occupied,
        });
        if ticket.state != State::Over(End::Ordered) {
            ticket.state = State::Occupied;
        }
    }
}
