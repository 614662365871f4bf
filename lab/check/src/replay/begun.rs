//! What a rebuild knew beyond the log: admissions by their commands, and those it took back.

use std::collections::HashSet;

use shared::{
    ids::TicketId,
    line::EventPoint,
    messages::{PlaceOrder, QueueEventV1},
};

use super::room::{LineExits, RoomReplay};
use crate::{
    evidence::Evidence,
    lives::{LineName, Standing, TicketLife},
};

impl RoomReplay {
    /// Builds the line of an epoch as its rebuild did, from the log before it and the commands
    /// before F.
    pub(super) fn begin(&mut self, evidence: &Evidence, exits: &LineExits, record: &QueueEventV1) {
        if !evidence.has_boundary(record.epoch) {
            return;
        }
        let counting = evidence.counting_commands().map(|command| &command.order);
        let mut orders: Vec<&PlaceOrder> =
            counting.filter(|order| order.epoch < record.epoch).collect();
        // In the order in which they were let in.
        orders.sort_by_key(|order| (order.admitted_at_us, order.score));
        for order in &orders {
            self.admit_unlogged(order, record.point());
        }
        if self.losses.led_to(record.epoch) {
            let proven = orders.iter().map(|order| order.ticket_id).collect();
            self.take_back(&proven, exits, record);
        }
    }

    /// Admits a ticket whose admission was lost before it was logged; its command proves it.
    fn admit_unlogged(&mut self, order: &PlaceOrder, point: EventPoint) {
        let PlaceOrder { ticket_id, shopper_id, score, units, admitted_at_us, .. } = *order;
        let line = LineName { lane: order.lane, variant_id: order.variant_id };
        let standing = self.tickets.get(&ticket_id).map(TicketLife::standing);
        let is_open = standing.is_none_or(Standing::is_in_line);
        if !is_open || !self.losses.may_miss(order.epoch, admitted_at_us) {
            return;
        }
        let life = self.tickets.entry(ticket_id).or_insert_with(|| TicketLife {
            shopper_id,
            line,
            score,
            units,
            changes: Vec::new(),
            was_lost: true,
            admitted_in: None,
        });
        life.changes.push((admitted_at_us, Standing::Admitted));
        life.admitted_in = Some(order.epoch);
        self.admissions.push((admitted_at_us, 1));
        self.n_unlogged += 1;
        self.exit(point, line, score);
        // That those who were away were missed may be lost, too.
        let of_absent = std::mem::take(&mut self.of_absent);
        self.note_passed(ticket_id, "without a log", |other| of_absent.contains(other));
        self.of_absent = of_absent;
    }

    /// Puts tickets back in line whose admission no command proved. One that stayed in flight, in
    /// a Redis that kept it, never leaves the line again in the log.
    fn take_back(&mut self, proven: &HashSet<TicketId>, exits: &LineExits, record: &QueueEventV1) {
        let unproven = self.tickets.iter().filter(|(id, life)| {
            life.standing() == Standing::Admitted
                && life.admitted_in.is_some_and(|epoch| epoch < record.epoch)
                && !proven.contains(*id)
                && exits.contains(&(record.epoch, **id))
        });
        let mut ids: Vec<TicketId> = unproven.map(|(id, _)| *id).collect();
        ids.sort_unstable();
        for id in ids {
            let Some(life) = self.tickets.get_mut(&id) else { continue };
            life.changes.push((record.at_us, Standing::Waiting));
            life.admitted_in = None;
            let (line, score, units) = (life.line, life.score, life.units);
            self.enter(record.point(), line, score, (id, units));
            self.n_taken_back += 1;
        }
    }
}
