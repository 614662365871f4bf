//! A position as those who poll are shown it: that of the replica, but never higher than before
//! unless an event that may raise it came between.

use crate::{
    room::{Prospects, Replica, Rise},
    socket::Seen,
};
use shared::line::{EventPoint, JoinedTicket};

/// The position of a waiting ticket, and the event up to which it is exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ShownPosition {
    /// People ahead + 1.
    pub(super) position: u64,
    /// People waiting for the same variant in the same lane.
    pub(super) waiting: u64,
    /// The last event that it takes into account.
    pub(super) point: EventPoint,
    /// Why it is higher than what was seen, if it is.
    pub(super) rise: Option<Rise>,
    /// What the shopper may expect.
    pub(super) prospects: Prospects,
}

impl ShownPosition {
    /// Where a ticket stands behind what its client has seen; `None` when the replica does not have
    /// it in line.
    pub(super) fn of(replica: &Replica, ticket: &JoinedTicket, seen: Option<Seen>) -> Option<Self> {
        let (lane, variant_id) = (ticket.lane, ticket.intent.variant_id);
        let position = replica.position_of(lane, variant_id, ticket.score)?;
        let waiting = replica.waiting_in(lane, variant_id);
        let prospects = Prospects::default();
        let exact = Self { position, waiting, point: replica.point(), rise: None, prospects };
        let shown = seen.map_or(exact, |seen| exact.behind(seen, replica));
        Some(Self { prospects: shown.prospects_of(replica, ticket, seen), ..shown })
    }

    /// What may be expected at this position, and why it takes longer than what was seen, if it does.
    fn prospects_of(
        &self,
        replica: &Replica,
        ticket: &JoinedTicket,
        seen: Option<Seen>,
    ) -> Prospects {
        let (seen_at, told) = seen.map_or((self.point, None), |seen| (seen.point, seen.eta_p50_s));
        let slowed = || replica.slowed_since(seen_at, self.rise);
        replica.prospects(ticket, self.position).explained(told, slowed)
    }

    /// POS-1: what was seen stays until it falls, or until a labelled event lets it rise.
    fn behind(self, seen: Seen, replica: &Replica) -> Self {
        // This instance has not caught up in time. What was seen is later, so it still stands.
        if seen.point > self.point {
            return Self { point: seen.point, ..self.at(seen.position) };
        }
        if self.position <= seen.position {
            return self;
        }
        match replica.rise_since(seen.point) {
            Some(rise) => Self { rise: Some(rise), ..self },
            None => self.at(seen.position),
        }
    }

    /// The same at another position, which is never behind all who wait.
    fn at(self, position: u64) -> Self {
        Self { position, waiting: self.waiting.max(position), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::{
        drops::DropMode,
        ids::{ShopperId, TicketId, VariantId},
        line::{Epoch, Intent, Lane, RoomEvent, Score},
    };

    const EPOCH: Epoch = Epoch(1);

    fn ticket(variant_id: VariantId, score: Score) -> JoinedTicket {
        JoinedTicket {
            ticket_id: TicketId::generate(),
            shopper_id: ShopperId::generate(),
            lane: Lane(0),
            score,
            intent: Intent { variant_id, units: 1 },
            joined_at_ms: 0,
        }
    }

    fn seen(evn: u64, position: u64) -> Option<Seen> {
        format!("1.{evn}.{position}").parse().ok()
    }

    /// Two wait at event 3: one who was put back by it, and behind it the ticket that is returned.
    fn line() -> (Replica, JoinedTicket) {
        let variant_id = VariantId::generate();
        let mine = ticket(variant_id, Score::new(EPOCH, 7));
        let back = ticket(variant_id, Score::new(EPOCH, 2));
        let mut replica = Replica::at(EventPoint { epoch: EPOCH, evn: 1 }, DropMode::Running);
        let events = [
            RoomEvent::Joined { tickets: vec![mine] },
            RoomEvent::Attached { tickets: vec![back] },
        ];
        for (evn, event) in (2..).zip(&events) {
            replica.apply(EventPoint { epoch: EPOCH, evn }, event);
        }
        (replica, mine)
    }

    fn shown(seen: Option<Seen>) -> (u64, u64, Option<Rise>) {
        let (replica, mine) = line();
        let shown = ShownPosition::of(&replica, &mine, seen).unwrap();
        assert!(shown.waiting >= shown.position);
        (shown.point.evn, shown.position, shown.rise)
    }

    #[test]
    fn a_position_rises_only_by_an_event_that_may_raise_it() {
        assert_eq!(shown(None), (3, 2, None));
        assert_eq!(shown(seen(2, 1)), (3, 2, Some(Rise::Returned)));
        assert_eq!(shown(seen(3, 1)), (3, 1, None), "it was seen with that event");
        assert_eq!(shown(seen(2, 9)), (3, 2, None), "it fell");
    }

    #[test]
    fn what_was_seen_elsewhere_stands_while_this_instance_is_behind() {
        assert_eq!(shown(seen(8, 1)), (8, 1, None));
        assert_eq!(shown(seen(8, 5)), (8, 5, None));
    }
}
