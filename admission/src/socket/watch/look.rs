//! Finds the subscribers who may be due, and looks at them a few at a time.

use super::Watch;
use crate::{
    room::Replica,
    socket::{news::TicketEnding, seats::SeatId, subscriber::Due},
};
use std::time::Instant;

/// Subscribers of one look: others wait for the hub and for the room meanwhile.
const AT_ONCE: usize = 64;

impl Watch {
    /// Looks at some of those who may be due, and tells them what is. Returns whether there are
    /// more.
    pub(in crate::socket) fn look(&mut self, replica: Option<&Replica>, now: Instant) -> bool {
        if self.has_replica != replica.is_some() {
            self.has_replica = replica.is_some();
            self.look_at_all();
        }
        if let Some(replica) = replica {
            self.follow(replica, now);
        }
        self.collect(replica, now);
        for _ in 0..AT_ONCE {
            if let Some((ticket_id, ending)) = self.ended.pop() {
                self.with(ticket_id, |one| match ending {
                    TicketEnding::Closed(reason) => one.closed(reason),
                    TicketEnding::Left => one.left(),
                });
            } else if let Some(id) = self.due.pop() {
                self.look_at(id, replica, now);
            } else {
                return false;
            }
        }
        !(self.ended.is_empty() && self.due.is_empty())
    }

    /// Finds those whom a change of the room concerns: all where something is said to everybody, a share
    /// of them where limits changed.
    pub(super) fn follow(&mut self, replica: &Replica, now: Instant) {
        if replica.is_noticed_since(self.noticed_to) {
            self.noticed_to = replica.point();
            self.look_at_all();
        }
        for id in self.rounds.advance(replica.limits(), self.seats.end(), now) {
            if let Some(seat) = self.seats.get_mut(id) {
                seat.subscriber.limits_changed();
                self.due.push(id);
            }
        }
    }

    /// Finds those whose time has come, or whose departures have happened.
    pub(super) fn collect(&mut self, replica: Option<&Replica>, now: Instant) {
        let Self { seats, wheel, lines, due, .. } = self;
        let tick = wheel.reached(now);
        wheel.advance(now, |id| {
            // Who was noted for another tick meanwhile is passed over.
            if let Some(seat) = seats.get_mut(id)
                && seat.look_at.take_if(|look_at| *look_at <= tick).is_some()
            {
                due.push(id);
            }
        });
        let Some(replica) = replica else { return };
        lines.advance(replica, |count, id| {
            if let Some(seat) = seats.get_mut(id)
                && seat.awaited.take_if(|awaited| *awaited == count).is_some()
            {
                due.push(id);
            }
        });
        lines.tidy(seats.len(), |count, id| {
            seats.get_mut(id).is_some_and(|seat| seat.awaited == Some(count))
        });
    }

    fn look_at(&mut self, id: SeatId, replica: Option<&Replica>, now: Instant) {
        let Some(seat) = self.seats.get_mut(id) else { return };
        if let Some(reason) = self.over.filter(|_| !seat.subscriber.is_past()) {
            return seat.subscriber.closed(reason);
        }
        let due = seat.subscriber.look(replica, now);
        if seat.subscriber.stands_at().is_some_and(|position| position <= self.front_to) {
            self.front.insert(id);
        } else {
            self.front.remove(&id);
        }
        let Some(Due { at, departures, asks }) = due else { return };
        if asks {
            self.questions.insert(seat.subscriber.key());
        }
        let tick = self.wheel.tick_of(at);
        if seat.look_at.is_none_or(|earlier| tick < earlier) {
            seat.look_at = Some(tick);
            self.wheel.note(id, tick);
        }
        let (Some(departures), Some(replica)) = (departures, replica) else { return };
        let line = seat.subscriber.line();
        let count = self.lines.after(line, departures, replica);
        if seat.awaited.is_none_or(|earlier| count < earlier) {
            seat.awaited = Some(count);
            self.lines.note(line, count, id);
        }
    }
}
