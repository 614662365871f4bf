//! The one procedure that brings a line back, whatever happened to it.

use super::SeededWorld;
use crate::line::{LineCommand, LineModel};
use rand::Rng;
use shared::{
    ids::TicketId,
    line::{
        ChainHash, EndedTicket, EventPoint, Follows, JoinedTicket, LineEnd, RoomConfig, RoomEvent,
        Score, TicketScore,
    },
};
use std::collections::BTreeMap;

impl SeededWorld {
    /// Plans all steps from what the log and Postgres have now.
    pub(super) fn plan_rebuild(&mut self, line: &LineModel) {
        self.broken = false;
        self.epoch = self.epoch.next();
        self.rebuild.clear();
        self.rebuild.push_back(LineCommand::Begin);

        // What survived and is not logged is logged; what is logged and missing is applied.
        let mut last = line.events.last().map(|(point, _)| *point).unwrap_or_default();
        self.read_log(line);
        if line.tickets.is_empty() || self.rng.random_bool(0.3) {
            self.rebuild.push_back(LineCommand::Clear);
            last = EventPoint::default();
        }
        self.boundaries.push((self.epoch, self.commands.len()));
        // Ended tickets come first: after one ended, its shopper may have joined again.
        self.restore_ended();
        let missing = self.log.iter().filter(|(point, _)| *point > last);
        self.rebuild.extend(missing.filter_map(|(_, event)| restore(event)));
        self.restore_held();
        self.restore_commands();
        self.rebuild.push_back(LineCommand::RestoreStock(self.stock.values().copied().collect()));
        let follows = self
            .log
            .last()
            .map(|(point, _)| Follows { point: *point, hash: ChainHash::from_bytes([7; 32]) });
        let grace_us = if self.rng.random_bool(0.2) { 1500 } else { 0 };
        let config = RoomConfig { ended: self.ended, ..self.config.clone() };
        self.rebuild.push_back(LineCommand::Open { config, follows, grace_us });
        self.rebuild.retain(|step| !step.names_nobody());
    }

    /// Returns the tickets that are in line according to the log and that nothing has ended: a
    /// rebuilt line must have them all. Those whose shopper has got further with another ticket
    /// are left out: their end was lost before it was logged.
    #[must_use]
    pub fn logged_in_line(&self) -> BTreeMap<TicketId, Score> {
        let mut in_line: BTreeMap<TicketId, JoinedTicket> = BTreeMap::new();
        for (_, event) in &self.log {
            match event {
                RoomEvent::Joined { tickets } | RoomEvent::Attached { tickets } => {
                    in_line.extend(tickets.iter().map(|ticket| (ticket.ticket_id, *ticket)));
                }
                RoomEvent::Left { tickets } | RoomEvent::Closed { tickets, .. } => {
                    tickets.iter().for_each(|ticket| _ = in_line.remove(&ticket.ticket_id));
                }
                _ => {}
            }
        }
        in_line.retain(|ticket_id, _| self.rows.get(ticket_id).is_none_or(|row| row.goes_on));
        let further = self.past_waiting();
        let has_no_other = |ticket: &JoinedTicket| {
            !further.iter().any(|other| {
                other.shopper_id == ticket.shopper_id && other.ticket_id != ticket.ticket_id
            })
        };
        in_line
            .values()
            .filter(|ticket| has_no_other(ticket))
            .map(|one| (one.ticket_id, one.score))
            .collect()
    }

    /// Returns the tickets that have a command or an order which goes on.
    fn past_waiting(&self) -> Vec<JoinedTicket> {
        let offsets = 0..self.commands.len();
        let counting = offsets.filter(|offset| !self.is_void(*offset));
        let tickets = counting.map(|offset| self.commands[offset].command.ticket);
        let is_over = |ticket: &JoinedTicket| {
            self.rows.get(&ticket.ticket_id).is_some_and(|row| !row.goes_on)
        };
        tickets.filter(|ticket| !is_over(ticket)).collect()
    }

    fn restore_ended(&mut self) {
        let over = self.rows.values().filter(|row| !row.goes_on);
        let over = over.map(|row| ended(&row.ticket.ticket_score(), LineEnd::Ordered));
        self.rebuild.push_back(LineCommand::RestoreFinished(over.collect()));
    }

    fn restore_held(&mut self) {
        let held = self.rows.values().filter(|row| row.goes_on).map(|row| row.ticket);
        self.rebuild.push_back(LineCommand::RestoreOccupied(held.collect()));
    }

    /// Restores commands that wait in the log without a row: they are in flight.
    fn restore_commands(&mut self) {
        let waiting = (self.processed..self.commands.len()).filter(|offset| !self.is_void(*offset));
        let tickets = waiting
            .map(|offset| self.commands[offset].command)
            .filter(|command| !self.rows.contains_key(&command.ticket.ticket_id));
        let tickets = tickets.collect();
        self.rebuild.push_back(LineCommand::RestoreInFlight { tickets, lease_us: 60_000_000 });
    }
}

fn ended(ticket: &TicketScore, end: LineEnd) -> EndedTicket {
    EndedTicket { ticket_id: ticket.ticket_id, score: ticket.score, end }
}

/// Returns the step that applies a logged event. Only rows and commands prove an admission.
fn restore(event: &RoomEvent) -> Option<LineCommand> {
    let over = |tickets: &[TicketScore], end: LineEnd| {
        let over = tickets.iter().map(|ticket| ended(ticket, end));
        Some(LineCommand::RestoreFinished(over.collect()))
    };
    match event {
        RoomEvent::Joined { tickets } | RoomEvent::Attached { tickets } => {
            Some(LineCommand::RestoreWaiting(tickets.clone()))
        }
        RoomEvent::Left { tickets } => over(tickets, LineEnd::Left),
        RoomEvent::Closed { reason, tickets } => over(tickets, LineEnd::Closed(*reason)),
        RoomEvent::Admitted { .. }
        | RoomEvent::Configured(_)
        | RoomEvent::Begun { .. }
        | RoomEvent::Ended { .. } => None,
    }
}
