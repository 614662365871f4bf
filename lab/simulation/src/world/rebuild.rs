//! The one procedure that brings a line back, whatever happened to it.

use super::World;
use crate::line::{Command, End, Line};
use rand::Rng;
use shared::{
    ids::TicketId,
    messages::{ChainHash, EventPoint, RoomEvent, TicketScore},
};
use std::collections::BTreeSet;

impl World {
    /// Plans all steps from what the log and Postgres have now.
    pub(super) fn plan_rebuild(&mut self, line: &Line) {
        self.broken = false;
        self.epoch = self.epoch.next();
        self.rebuild.clear();
        self.rebuild.push_back(Command::Begin);

        // What survived and is not logged is logged; what is logged and not there is applied.
        let mut last = line.events.last().map(|(point, _)| *point).unwrap_or_default();
        self.read_log(line);
        if line.tickets.is_empty() || self.rng.random_bool(0.3) {
            self.rebuild.push_back(Command::Clear);
            last = EventPoint::default();
        }
        self.boundaries.push((self.epoch, self.commands.len()));
        // Who is over comes first: behind a ticket that ended, its shopper may have joined anew.
        self.restore_ended();
        let missing = self.log.iter().filter(|(point, _)| *point > last);
        self.rebuild.extend(missing.filter_map(|(_, event)| restore(event)));
        self.restore_held();
        self.restore_commands();
        self.rebuild.push_back(Command::RestoreStock(self.stock.values().copied().collect()));
        let follows = self.log.last().map(|(point, _)| (*point, ChainHash::from_bytes([7; 32])));
        let grace_us = if self.rng.random_bool(0.2) { 1500 } else { 0 };
        let (config, ended) = (self.config.clone(), self.ended);
        self.rebuild.push_back(Command::Open { config, ended, follows, grace_us });
    }

    /// Tickets that the log has in line and nothing has ended: a rebuilt line must have them all.
    #[must_use]
    pub fn logged_in_line(&self) -> BTreeSet<TicketId> {
        let mut in_line = BTreeSet::new();
        for (_, event) in &self.log {
            match event {
                RoomEvent::Joined { tickets } | RoomEvent::Attached { tickets } => {
                    in_line.extend(tickets.iter().map(|ticket| ticket.ticket_id));
                }
                RoomEvent::Left { tickets } | RoomEvent::Closed { tickets, .. } => {
                    tickets.iter().for_each(|ticket| _ = in_line.remove(&ticket.ticket_id));
                }
                _ => {}
            }
        }
        in_line.retain(|ticket_id| self.rows.get(ticket_id).is_none_or(|row| row.goes_on));
        in_line
    }

    fn restore_ended(&mut self) {
        let over = self.rows.values().filter(|row| !row.goes_on);
        let over = over.map(|row| (row.ticket.ticket_id, row.ticket.score, End::Ordered));
        self.rebuild.push_back(Command::RestoreFinished(over.collect()));
    }

    fn restore_held(&mut self) {
        let held = self.rows.values().filter(|row| row.goes_on).map(|row| (row.ticket, None));
        self.rebuild.push_back(Command::RestoreAdmitted { tickets: held.collect(), lease_us: 0 });
    }

    /// Commands that wait in the log and have no row are in flight.
    fn restore_commands(&mut self) {
        let waiting = (self.processed..self.commands.len()).filter(|offset| !self.is_void(*offset));
        let tickets = waiting
            .map(|offset| self.commands[offset])
            .filter(|command| !self.rows.contains_key(&command.ticket.ticket_id))
            .map(|command| (command.ticket, Some((command.position, command.admitted_at_us))));
        let tickets = tickets.collect();
        self.rebuild.push_back(Command::RestoreAdmitted { tickets, lease_us: 60_000_000 });
    }
}

/// The step that applies a logged event. Who was admitted is told by rows and commands.
fn restore(event: &RoomEvent) -> Option<Command> {
    let over = |tickets: &[TicketScore], end: End| {
        let over = tickets.iter().map(|ticket| (ticket.ticket_id, ticket.score, end));
        Some(Command::RestoreFinished(over.collect()))
    };
    match event {
        RoomEvent::Joined { tickets } | RoomEvent::Attached { tickets } => {
            Some(Command::RestoreWaiting(tickets.clone()))
        }
        RoomEvent::Left { tickets } => over(tickets, End::Left),
        RoomEvent::Closed { reason, tickets } => over(tickets, End::Closed(*reason)),
        RoomEvent::Admitted { .. }
        | RoomEvent::Configured(_)
        | RoomEvent::Begun { .. }
        | RoomEvent::Ended { .. } => None,
    }
}
