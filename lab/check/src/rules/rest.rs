//! REST-1.

use std::collections::{HashMap, HashSet};

use shared::ids::{OrderId, TicketId};

use crate::{
    evidence::{Evidence, OrderEvidence, RoomDump},
    lives::Standing,
    replay::RoomReplay,
    verdict::Verdict,
};

/// REST-1: once nothing is in progress, Redis names no ticket that is over.
///
/// The room of a settled drop may be there or not: the worker removes it `line.keep_rooms_s` after
/// the drop's end. A room that was removed names nobody.
pub(super) fn nothing_left(evidence: &Evidence, room: &RoomReplay) -> Verdict {
    let Some(dump) = &evidence.redis else {
        return Verdict::not_applicable("Redis was not read; give its URL with --redis");
    };
    let RoomDump { has_room, occupants, in_flight, intents, owned } = dump;
    let truth = Truth::of(evidence, room);
    let mut violations = Vec::new();
    let keys = [("occ", occupants), ("inf", in_flight), ("intent", intents), ("own", owned)];
    for (key, tickets) in keys {
        for id in tickets {
            if let Some(why) = truth.why_over(*id, key == "inf") {
                violations.push(format!("{key} still names ticket {id}, {why}"));
            }
        }
    }
    let sizes = keys.map(|(key, tickets)| format!("{key} {}", tickets.len())).join(", ");
    let n_over = truth.n_over();
    let mut over = format!("{n_over} tickets are over; Redis names {sizes}");
    if evidence.drop.state.is_over() {
        over.push_str(if *has_room {
            "; the room is still there, as it may be until line.keep_rooms_s after the drop's end"
        } else {
            "; the room is gone"
        });
    }
    Verdict::of(violations, n_over, over)
}

/// Where each ticket is, by Postgres and the log.
struct Truth<'a> {
    room: &'a RoomReplay,
    orders: HashMap<OrderId, &'a OrderEvidence>,
    dead: HashSet<OrderId>,
}

impl<'a> Truth<'a> {
    fn of(evidence: &'a Evidence, room: &'a RoomReplay) -> Self {
        Self {
            room,
            orders: evidence.orders.iter().map(|order| (order.id, order)).collect(),
            dead: evidence.dead_orders.iter().copied().collect(),
        }
    }

    /// Says why a ticket has no business in Redis; `None` if it has. Whoever has a row is not in
    /// flight any more.
    fn why_over(&self, id: TicketId, is_in_flight: bool) -> Option<String> {
        let order_id = OrderId::from(id);
        if let Some(order) = self.orders.get(&order_id) {
            let is_over = order.state.is_terminal() || is_in_flight;
            return is_over.then(|| format!("whose order is {}", order.state));
        }
        if self.dead.contains(&order_id) {
            return Some("whose command is a dead letter".to_owned());
        }
        let Some(life) = self.room.tickets.get(&id) else {
            return Some("which the log does not know".to_owned());
        };
        match life.standing() {
            Standing::Waiting | Standing::Admitted => None,
            over @ (Standing::Left | Standing::Closed(_)) => Some(format!("which is {over:?}")),
        }
    }

    fn n_over(&self) -> usize {
        let logged = self.room.tickets.keys().copied();
        logged.filter(|id| self.why_over(*id, false).is_some()).count()
    }
}
