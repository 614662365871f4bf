//! Whom a hub looks at, and when. Pure: the time and the room are passed in.
//!
//! Each subscriber says at each look when more may be due: at a time, which the wheel keeps, or
//! after so many departures, which its line keeps. Nobody else is looked at, unless something
//! happened to a ticket, or to the whole room.
//!
//! Who listens, and what happened, is taken in here; `look` finds those who are due and looks at them.

mod look;

use super::{
    DisconnectReason, Outlet, Seen,
    lines::Lines,
    news::{News, TicketEnding},
    rounds::Rounds,
    seats::{SeatId, Seats},
    subscriber::Subscriber,
    wheel::Wheel,
};
use shared::{
    drops::CloseReason,
    ids::TicketId,
    line::{EventPoint, JoinedTicket, TicketKey},
};
use std::{collections::BTreeSet, sync::Arc, time::Instant};

/// Connections of one ticket, at most; a newer one takes over from the oldest.
const PER_TICKET: usize = 3;

/// The subscribers of a room, and who of them is to be looked at.
pub(super) struct Watch {
    seats: Seats,
    wheel: Wheel,
    lines: Lines,
    due: Vec<SeatId>,
    ended: Vec<(TicketId, TicketEnding)>,
    questions: BTreeSet<TicketKey>,
    rounds: Rounds,
    /// Up to this event, all were looked at who are told what is said to everybody.
    noticed_to: EventPoint,
    has_replica: bool,
    over: Option<CloseReason>,
    /// The last position that is watched: who is there, is to be known.
    front_to: u64,
    /// The seats of those who stood there when they were looked at last.
    front: BTreeSet<SeatId>,
}

impl Watch {
    /// Nobody listens yet.
    pub(super) fn new(now: Instant) -> Self {
        Self {
            seats: Seats::default(),
            wheel: Wheel::new(now),
            lines: Lines::default(),
            due: Vec::new(),
            ended: Vec::new(),
            questions: BTreeSet::new(),
            rounds: Rounds::default(),
            noticed_to: EventPoint::default(),
            has_replica: false,
            over: None,
            front_to: 0,
            front: BTreeSet::new(),
        }
    }

    /// Adds a listener. Returns where its frames go.
    pub(super) fn subscribe(
        &mut self,
        ticket: JoinedTicket,
        seen: Option<Seen>,
        now: Instant,
    ) -> Arc<Outlet> {
        let own = self.seats.of(ticket.ticket_id);
        let surplus = own.first().copied().filter(|_| own.len() >= PER_TICKET);
        if let Some(oldest) = surplus.and_then(|id| self.free(id)) {
            oldest.outlet.close(DisconnectReason::Replaced);
        }
        let outlet = Arc::new(Outlet::default());
        let subscriber = Subscriber::new(ticket, Arc::clone(&outlet), seen, now);
        self.due.push(self.seats.add(subscriber));
        outlet
    }

    /// Forgets a listener whose connection is gone.
    pub(super) fn unsubscribe(&mut self, ticket_id: TicketId, outlet: &Arc<Outlet>) {
        if let Some(id) = self.seats.find(ticket_id, outlet) {
            self.free(id);
        }
    }

    fn free(&mut self, id: SeatId) -> Option<Subscriber> {
        self.front.remove(&id);
        self.seats.remove(id)
    }

    /// The last position that is watched.
    pub(super) const fn front_to(&self) -> u64 {
        self.front_to
    }

    /// Who listens at positions up to this one. A position that was not asked about before has all
    /// looked at first, soon.
    pub(super) fn front(&mut self, to: u64) -> Vec<TicketId> {
        if self.front_to != to {
            self.front_to = to;
            self.look_at_all();
        }
        self.front.iter().filter_map(|id| self.seats.ticket_at(*id)).collect()
    }

    /// How many listen.
    pub(super) const fn n_listeners(&self) -> usize {
        self.seats.len()
    }

    /// Changes those who listen to a ticket, and looks at them soon.
    pub(super) fn with(&mut self, ticket_id: TicketId, mut change: impl FnMut(&mut Subscriber)) {
        for id in self.seats.of(ticket_id).to_vec() {
            if let Some(seat) = self.seats.get_mut(id) {
                change(&mut seat.subscriber);
                self.due.push(id);
            }
        }
    }

    /// Has Redis asked about everybody who is past waiting.
    pub(super) fn ask_all(&mut self, now: Instant) {
        self.seats.iter_mut().for_each(|(_, seat)| seat.subscriber.ask_now(now));
        self.look_at_all();
    }

    /// Up to `n` tickets that Redis is to be asked about.
    pub(super) fn take_questions(&mut self, n: usize) -> Vec<TicketKey> {
        let mut taken = Vec::new();
        while taken.len() < n
            && let Some(question) = self.questions.pop_first()
        {
            taken.push(question);
        }
        taken
    }

    /// Whether Redis is to be asked.
    pub(super) fn has_questions(&self) -> bool {
        !self.questions.is_empty()
    }

    /// Takes what happened; the replica knows of it already.
    pub(super) fn take(&mut self, news: News, now: Instant) {
        for (line, ticket_id) in news.joined {
            self.lines.joined(line);
            self.due.extend_from_slice(self.seats.of(ticket_id));
        }
        for ticket_id in news.gone {
            self.due.extend_from_slice(self.seats.of(ticket_id));
        }
        self.ended.extend(news.ended);
        self.over = self.over.or(news.over);
        if news.is_replaced {
            self.lines.clear();
            self.seats.iter_mut().for_each(|(_, seat)| seat.awaited = None);
            self.ask_all(now);
        } else if news.is_for_all || news.over.is_some() {
            self.look_at_all();
        }
    }

    fn look_at_all(&mut self) {
        self.due.clear();
        self.due.extend(self.seats.iter_mut().map(|(id, _)| id));
    }
}

#[cfg(test)]
mod tests;
