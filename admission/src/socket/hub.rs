//! Those who listen to one room.

use super::{DisconnectReason, Outlet, Seen, subscriber::Subscriber};
use crate::room::{Replica, RoomObserver};
use parking_lot::Mutex;
use queue::Hint;
use shared::{
    credentials::TicketClaims,
    drops::CloseReason,
    ids::TicketId,
    line::{AttachOutcome, JoinedTicket, LineState, RoomEvent, Score},
};
use std::{collections::HashMap, sync::Arc, time::Instant};

/// Connections of one ticket, at most; a newer one takes over from the oldest.
const PER_TICKET: usize = 3;

/// The listeners of a room, by ticket.
#[derive(Default)]
pub struct Hub(Mutex<HashMap<TicketId, Vec<Subscriber>>>);

impl Hub {
    /// Adds a listener. Returns where it finds its frames.
    pub fn subscribe(&self, claims: TicketClaims, seen: Option<Seen>, now: Instant) -> Arc<Outlet> {
        let outlet = Arc::new(Outlet::default());
        let mut tickets = self.0.lock();
        let own = tickets.entry(claims.ticket.ticket_id).or_default();
        if own.len() >= PER_TICKET {
            own.remove(0).outlet.close(DisconnectReason::Replaced);
        }
        own.push(Subscriber::new(claims, Arc::clone(&outlet), seen, now));
        outlet
    }

    /// Forgets a listener whose connection is gone.
    pub(super) fn unsubscribe(&self, ticket_id: TicketId, outlet: &Arc<Outlet>) {
        let mut tickets = self.0.lock();
        if let Some(own) = tickets.get_mut(&ticket_id) {
            own.retain(|one| !Arc::ptr_eq(&one.outlet, outlet));
            if own.is_empty() {
                tickets.remove(&ticket_id);
            }
        }
    }

    /// Whether nobody listens.
    pub(super) fn is_empty(&self) -> bool {
        self.0.lock().is_empty()
    }

    /// Tells everybody what is due. Returns the tickets that Redis is to be asked about.
    pub fn look(&self, replica: Option<&Replica>, now: Instant) -> Vec<(TicketId, Score)> {
        let mut questions = Vec::new();
        for (ticket_id, own) in self.0.lock().iter_mut() {
            let mut asks = false;
            for one in own.iter_mut() {
                one.look(replica, now);
                asks |= one.take_question(now);
            }
            if asks {
                questions.push((*ticket_id, own[0].claims.ticket.score));
            }
        }
        questions
    }

    /// Takes a hint.
    pub(super) fn hint(&self, ticket_id: TicketId, hint: Hint, now: Instant) {
        self.with(ticket_id, |one| match hint {
            Hint::Admitting => one.admitting(now),
            Hint::Held => one.held(now),
            Hint::Order(state) => one.order(state, now),
        });
    }

    /// Takes what Redis said. Returns the tickets that have to be attached.
    pub(super) fn settle(
        &self,
        answers: &[(TicketId, LineState)],
        now: Instant,
    ) -> Vec<JoinedTicket> {
        let mut unknown = Vec::new();
        for (ticket_id, status) in answers {
            let mut attach = None;
            self.with(*ticket_id, |one| {
                if one.settle(*status, now) {
                    attach = Some(one.claims.ticket);
                }
            });
            unknown.extend(attach);
        }
        unknown
    }

    /// Takes what became of a ticket that was to be attached.
    pub(super) fn attached(&self, ticket_id: TicketId, outcome: AttachOutcome, now: Instant) {
        self.with(ticket_id, |one| match outcome {
            // Its event brings its position.
            AttachOutcome::Attached | AttachOutcome::Known(LineState::Unknown) => {}
            AttachOutcome::Known(status) => {
                one.settle(status, now);
            }
            AttachOutcome::Replaced(_) | AttachOutcome::Refused(_) => {
                one.closed(CloseReason::Replaced);
            }
            AttachOutcome::Ended(reason) => one.closed(reason),
            AttachOutcome::Impossible => one.impossible(),
        });
    }

    /// Has Redis asked about everybody who is past waiting: hints may have been lost.
    pub(super) fn ask_all(&self) {
        let now = Instant::now();
        self.0.lock().values_mut().flatten().for_each(|one| one.ask_now(now));
    }

    fn with(&self, ticket_id: TicketId, mut change: impl FnMut(&mut Subscriber)) {
        if let Some(own) = self.0.lock().get_mut(&ticket_id) {
            own.iter_mut().for_each(&mut change);
        }
    }
}

impl RoomObserver for Hub {
    fn applied(&self, event: &RoomEvent) {
        match event {
            RoomEvent::Closed { reason, tickets } => tickets
                .iter()
                .for_each(|ticket| self.with(ticket.ticket_id, |one| one.closed(*reason))),
            RoomEvent::Left { tickets } => {
                tickets.iter().for_each(|ticket| self.with(ticket.ticket_id, Subscriber::left));
            }
            RoomEvent::Joined { .. }
            | RoomEvent::Admitted { .. }
            | RoomEvent::Attached { .. }
            | RoomEvent::Configured(_)
            | RoomEvent::Begun { .. }
            | RoomEvent::Ended { .. } => {}
        }
    }

    fn replaced(&self) {
        self.ask_all();
    }

    fn over(&self, reason: CloseReason) {
        let mut tickets = self.0.lock();
        let waiting = tickets.values_mut().flatten().filter(|one| !one.is_past());
        waiting.for_each(|one| one.closed(reason));
    }

    fn is_needed(&self) -> bool {
        !self.is_empty()
    }
}
