//! REST-1.

use std::collections::{HashMap, HashSet};

use shared::ids::{OrderId, ShopperId, TicketId};

use crate::{
    evidence::{Evidence, OrderEvidence, RoomDump},
    lives::Standing,
    replay::RoomReplay,
    verdict::Verdict,
};

/// REST-1: once nothing is in progress, Redis names no ticket that is over, and nobody in line
/// without one.
///
/// The room of a settled drop may be there or not: the worker removes it `line.keep_rooms_s` after
/// the drop's end. A room that was removed names nobody.
pub(super) fn nothing_left(evidence: &Evidence, room: &RoomReplay) -> Verdict {
    let Some(dump) = &evidence.redis else {
        return Verdict::not_applicable("Redis was not read; give its URL with --redis");
    };
    let truth = Truth::of(evidence, room);
    let (mut violations, mut sizes) = (Vec::new(), Vec::new());
    for (key, tickets) in tickets_by_key(dump) {
        sizes.push(format!("{key} {}", tickets.len()));
        // Whoever has a row is neither in flight nor in line any more.
        let has_no_row = !matches!(key, "occ" | "intent");
        for id in tickets {
            if let Some(why) = truth.why_over(id, has_no_row) {
                violations.push(format!("{key} still names ticket {id}, {why}"));
            }
        }
    }
    for shopper in without_ticket(dump) {
        violations.push(format!("a line still names account {shopper}, which has no ticket"));
    }
    let (n_over, sizes) = (truth.n_over(), sizes.join(", "));
    let mut over = format!("{n_over} tickets are over; Redis names {sizes}");
    if evidence.drop.state.is_over() {
        over.push_str(if dump.has_room {
            "; the room is still there, as it may be until line.keep_rooms_s after the drop's end"
        } else {
            "; the room is gone"
        });
    }
    Verdict::of(violations, n_over, over)
}

fn tickets_by_key(dump: &RoomDump) -> [(&'static str, Vec<TicketId>); 5] {
    let RoomDump { occupants, in_flight, leases, intents, in_line, .. } = dump;
    [
        ("occ", occupants.clone()),
        ("inf", in_flight.clone()),
        ("lease", leases.clone()),
        ("intent", intents.values().copied().collect()),
        ("w", in_line.iter().filter_map(|shopper| intents.get(shopper)).copied().collect()),
    ]
}

fn without_ticket(dump: &RoomDump) -> impl Iterator<Item = &ShopperId> {
    dump.in_line.iter().filter(move |shopper| !dump.intents.contains_key(*shopper))
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

    /// Says why a ticket has no business in Redis, or in a key of those who have no row yet; `None`
    /// if it has.
    fn why_over(&self, id: TicketId, has_no_row: bool) -> Option<String> {
        let order_id = OrderId::from(id);
        if let Some(order) = self.orders.get(&order_id) {
            let is_over = order.state.is_terminal() || has_no_row;
            return is_over.then(|| format!("whose order is {}", order.state));
        }
        if self.dead.contains(&order_id) {
            return Some("whose command is a dead letter".to_owned());
        }
        let Some(life) = self.room.tickets.get(&id) else {
            return Some("which the log does not know".to_owned());
        };
        match life.standing() {
            Standing::Waiting | Standing::Missed | Standing::Admitted => None,
            over @ (Standing::Left | Standing::Closed(_)) => Some(format!("which is {over:?}")),
        }
    }

    fn n_over(&self) -> usize {
        let logged = self.room.tickets.keys().copied();
        logged.filter(|id| self.why_over(*id, false).is_some()).count()
    }
}
