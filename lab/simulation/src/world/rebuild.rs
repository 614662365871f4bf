//! The one procedure that brings a line back, whatever happened to it.

use super::{Row, SeededWorld, boundary};
use crate::line::{LineCommand, LineModel};
use rand::Rng;
use shared::{
    decide::room::{LineRow, RoomStep},
    ids::{ShopperId, TicketId},
    line::{
        ChainHash, EndedTicket, Epoch, Follows, JoinedTicket, LineEnd, LineFold, LineImage,
        RoomConfig, RoomEvent, RoomHeader, RoomState, TicketKey,
    },
};
use std::collections::BTreeMap;

impl SeededWorld {
    /// Plans all steps from what the log and Postgres have now.
    pub(super) fn plan_rebuild(&mut self, line: &LineModel) {
        self.broken = false;
        self.epoch = self.next_epoch(line);
        // What survived and is not logged is logged; then the log is all that counts.
        self.read_log(line);
        self.boundaries.extend([(self.epoch, boundary(self.commands.len()))]);
        let load = LineCommand::Load { image: self.image(), lease_us: 60_000_000 };
        let is_repeated = self.rng.random_bool(0.1);
        let follows = self
            .log
            .last()
            .map(|(point, _)| Follows { point: *point, hash: ChainHash::from_bytes([7; 32]) });
        let grace_us = if self.rng.random_bool(0.2) { 15 * self.crowd.step_us } else { 0 };
        let config = RoomConfig { ended: self.ended, ..self.config.clone() };
        self.rebuild.clear();
        self.rebuild.push_back(LineCommand::Begin);
        if is_repeated {
            self.rebuild.push_back(load.clone());
        }
        self.rebuild.push_back(load);
        self.rebuild.push_back(LineCommand::RestoreStock(self.stock.values().copied().collect()));
        self.rebuild.push_back(LineCommand::Open { config, follows, grace_us });
    }

    /// Returns the epoch that a worker begins when it finds the line like this.
    fn next_epoch(&self, line: &LineModel) -> Epoch {
        let row = LineRow { epoch: self.epoch, is_open: true, has_whole_log: true };
        match RoomStep::of(row, self.header(line).as_ref()) {
            RoomStep::Build(plan) => plan.epoch,
            other => panic!("a line that may have lost something must be built, not {other:?}"),
        }
    }

    fn header(&self, line: &LineModel) -> Option<RoomHeader> {
        let room = line.room?;
        Some(RoomHeader {
            epoch: room.epoch,
            evn: room.evn,
            state: if room.open { RoomState::Open } else { RoomState::Rebuilding },
            trusted: room.trusted,
            config: line.config.clone().unwrap_or_else(|| self.config.clone()),
            // Who builds a line reads the stock from Postgres.
            units: Vec::new(),
            occupied: line.occupied() as u32,
            grace_until_us: room.grace_until_us,
            now_us: self.now_us,
        })
    }

    /// Folds what the log and Postgres know, as a worker does.
    fn image(&self) -> LineImage {
        let mut fold = LineFold::new();
        // Ended tickets come first: after one ended, its shopper may have joined again.
        for row in self.rows.values().filter(|row| !row.goes_on()) {
            let JoinedTicket { ticket_id, score, .. } = row.ticket;
            fold.end(EndedTicket { ticket_id, score, end: LineEnd::Ordered });
        }
        self.log.iter().for_each(|(_, event)| fold.apply(event));
        for row in self.rows.values().filter(|row| row.goes_on()) {
            fold.hold(row.ticket);
        }
        // Commands that wait in the log without a row are in flight.
        for offset in (self.processed..self.commands.len()).filter(|offset| !self.is_void(*offset))
        {
            let command = self.commands[offset].command;
            if !self.rows.contains_key(&command.ticket.ticket_id) {
                fold.fly(command);
            }
        }
        match self.config.manual {
            Some(served) => fold.image().with_numbers_after(served.after),
            None => fold.image(),
        }
    }

    /// Returns the tickets that are in line according to the log and that nothing has ended: a
    /// rebuilt line must have them all. Those whose shopper has got further with another ticket
    /// are left out: their end was lost before it was logged.
    #[must_use]
    pub fn logged_in_line(&self) -> Vec<TicketKey> {
        let mut in_line: BTreeMap<TicketId, JoinedTicket> = BTreeMap::new();
        for (_, event) in &self.log {
            match event {
                RoomEvent::Joined { tickets }
                | RoomEvent::Attached { tickets }
                | RoomEvent::Missed { tickets }
                | RoomEvent::Returned { tickets } => {
                    in_line.extend(tickets.iter().map(|ticket| (ticket.ticket_id, *ticket)));
                }
                RoomEvent::Left { tickets } | RoomEvent::Closed { tickets, .. } => {
                    tickets.iter().for_each(|ticket| _ = in_line.remove(&ticket.ticket_id));
                }
                _ => {}
            }
        }
        in_line.retain(|ticket_id, _| self.rows.get(ticket_id).is_none_or(Row::goes_on));
        let further = self.past_waiting();
        let has_no_other = |ticket: &&JoinedTicket| {
            further.get(&ticket.shopper_id).is_none_or(|other| *other == ticket.ticket_id)
        };
        in_line.values().filter(has_no_other).map(JoinedTicket::key).collect()
    }

    /// Returns the tickets that have a command or an order which goes on, by their accounts.
    fn past_waiting(&self) -> BTreeMap<ShopperId, TicketId> {
        let counting = (0..self.commands.len()).filter(|offset| !self.is_void(*offset));
        let tickets = counting.map(|offset| self.commands[offset].command.ticket);
        let is_over = |ticket: &JoinedTicket| {
            self.rows.get(&ticket.ticket_id).is_some_and(|row| !row.goes_on())
        };
        let past = tickets.filter(|ticket| !is_over(ticket));
        past.map(|ticket| (ticket.shopper_id, ticket.ticket_id)).collect()
    }
}
