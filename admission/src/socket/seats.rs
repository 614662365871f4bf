//! Who listens to one room, by seat and by ticket. A seat's number is small, so that others can
//! note it cheaply; a number that was noted for somebody who is gone does no harm.

use super::{Outlet, subscriber::Subscriber};
use shared::ids::TicketId;
use std::{collections::HashMap, sync::Arc};

/// A seat's number; free ones are given out again.
pub(super) type SeatId = u32;

/// One listener, and when it is looked at.
pub(super) struct Seat {
    pub(super) subscriber: Subscriber,
    /// The tick at which the wheel has it.
    pub(super) look_at: Option<u64>,
    /// The departures for which its line has it.
    pub(super) awaited: Option<i64>,
}

/// All seats.
#[derive(Default)]
pub(super) struct Seats {
    rows: Vec<Option<Seat>>,
    free: Vec<SeatId>,
    by_ticket: HashMap<TicketId, Vec<SeatId>>,
}

impl Seats {
    /// Seats a listener.
    pub(super) fn add(&mut self, subscriber: Subscriber) -> SeatId {
        let ticket_id = subscriber.ticket_id();
        let seat = Some(Seat { subscriber, look_at: None, awaited: None });
        let id = if let Some(id) = self.free.pop() {
            self.rows[id as usize] = seat;
            id
        } else {
            self.rows.push(seat);
            (self.rows.len() - 1) as SeatId
        };
        self.by_ticket.entry(ticket_id).or_default().push(id);
        id
    }

    /// Frees a seat. Returns who sat there.
    pub(super) fn remove(&mut self, id: SeatId) -> Option<Subscriber> {
        let subscriber = self.rows.get_mut(id as usize)?.take()?.subscriber;
        self.free.push(id);
        let ticket_id = subscriber.ticket_id();
        if let Some(own) = self.by_ticket.get_mut(&ticket_id) {
            own.retain(|one| *one != id);
            if own.is_empty() {
                self.by_ticket.remove(&ticket_id);
            }
        }
        Some(subscriber)
    }

    /// Who sits there.
    pub(super) fn get_mut(&mut self, id: SeatId) -> Option<&mut Seat> {
        self.rows.get_mut(id as usize)?.as_mut()
    }

    /// The ticket of who sits there.
    pub(super) fn ticket_at(&self, id: SeatId) -> Option<TicketId> {
        let seat = self.rows.get(id as usize)?.as_ref()?;
        Some(seat.subscriber.ticket_id())
    }

    /// The seats of a ticket, oldest first.
    pub(super) fn of(&self, ticket_id: TicketId) -> &[SeatId] {
        self.by_ticket.get(&ticket_id).map_or(&[], Vec::as_slice)
    }

    /// The seat of a ticket whose frames go to this outlet.
    pub(super) fn find(&self, ticket_id: TicketId, outlet: &Arc<Outlet>) -> Option<SeatId> {
        let is_its = |id: &SeatId| {
            let seat = self.rows.get(*id as usize).and_then(Option::as_ref);
            seat.is_some_and(|seat| Arc::ptr_eq(&seat.subscriber.outlet, outlet))
        };
        self.of(ticket_id).iter().copied().find(is_its)
    }

    /// All who sit, with their seats.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (SeatId, &mut Seat)> {
        let numbered = (0..).zip(&mut self.rows);
        numbered.filter_map(|(id, seat)| Some((id, seat.as_mut()?)))
    }

    /// One more than the highest number of a seat.
    pub(super) const fn end(&self) -> SeatId {
        self.rows.len() as SeatId
    }

    /// How many sit.
    pub(super) const fn len(&self) -> usize {
        self.rows.len() - self.free.len()
    }
}
