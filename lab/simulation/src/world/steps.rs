//! What the drain, the processor and the reconciler do.

use super::{
    GENERATION, SeededWorld, boundary, id,
    records::{Produced, Row},
};
use crate::line::{LineCommand, LineModel};
use rand::{Rng, seq::IteratorRandom};
use shared::{
    decide::leases::{LeaseAction, LogReach},
    lifecycle::TicketState,
    line::{
        AdmittedTicket, Extension, InFlightTicket, Intent, JoinedTicket, Lease, LogPosition,
        Settlement,
    },
};

const LEASE_US: i64 = 10_000_000;
/// Steps after which a short lease has run out.
const SHORT_LEASE: i64 = 5;
/// Leases set by one call, at most: more would be split, and get deadlines of their own.
const MAX_LEASES: usize = 500;

impl SeededWorld {
    pub(super) fn choose(&mut self, line: &LineModel) -> LineCommand {
        // Nobody is missed where nobody looks all the time.
        if self.config.presence.is_some() && self.rng.random_bool(0.25) {
            return self.sees();
        }
        match self.rng.random_range(0..100) {
            0..18 => self.joins(),
            18..23 => self.leaves(),
            23..32 => self.come_back(line),
            32..40 => self.sees(),
            40..62 => self.admits(),
            62..72 => self.produces(),
            72..82 => self.processes(),
            82..87 => self.finishes(),
            87..91 => self.reconciles(line),
            91..96 => self.configures(),
            96..98 => LineCommand::Settle { stock: self.figures(), settlements: Vec::new() },
            98 => self.closes(),
            _ => self.ends(),
        }
    }

    pub(super) fn admits(&mut self) -> LineCommand {
        let repeated = self.requests.iter().choose(&mut self.rng).copied();
        let request = repeated.filter(|_| self.rng.random_bool(0.1));
        let request = request.unwrap_or_else(|| id(&mut self.rng));
        let is_short = self.rng.random_bool(0.5);
        let lease_us = if is_short { SHORT_LEASE * self.crowd.step_us } else { LEASE_US };
        let extra = if self.rng.random_bool(0.1) { self.rng.random_range(1..4) } else { 0 };
        LineCommand::Admit { limit: self.crowd.limit(&mut self.rng), lease_us, request, extra }
    }

    /// Hands some of the tickets in hand to the log, then extends their leases.
    fn produces(&mut self) -> LineCommand {
        // A drain works for the epoch in which it admitted, whatever has come since.
        let drain = self.in_hand.first().map_or(self.epoch, |(_, epoch)| *epoch);
        let of_drain = self.in_hand.iter().take_while(|(_, epoch)| *epoch == drain).count();
        if of_drain == 0 {
            return self.admits();
        }
        let n = self.rng.random_range(1..=of_drain.min(MAX_LEASES));
        self.speaks_for = Some(drain);
        let produced: Vec<_> = self.in_hand.drain(..n).collect();
        let extensions = produced.into_iter().map(|(admitted, epoch)| {
            let offset = self.commands.len() as i64;
            let position = LogPosition { generation: GENERATION, partition: 0, offset };
            let AdmittedTicket { ticket, admitted_at_us } = admitted;
            let command = InFlightTicket { ticket, admitted_at_us, position };
            self.commands.push(Produced { command, epoch });
            Extension { ticket_id: ticket.ticket_id, position }
        });
        LineCommand::Extend { extensions: extensions.collect(), lease_us: 6 * LEASE_US }
    }

    /// Processes commands in a transaction, then settles; some settlements are lost.
    fn processes(&mut self) -> LineCommand {
        let until = if self.rebuild.is_empty() { self.commands.len() } else { self.processed };
        let n = self.rng.random_range(0..=until - self.processed);
        let mut settled = Vec::new();
        for offset in self.processed..self.processed + n {
            let ticket = self.commands[offset].command.ticket;
            if !self.is_void(offset)
                && let Some(row) = self.place_order(&ticket)
            {
                settled.push(row.settlement());
            }
        }
        self.processed += n;
        if self.rng.random_bool(0.2) {
            settled.clear();
        }
        LineCommand::Settle { stock: self.figures(), settlements: settled }
    }

    fn place_order(&mut self, ticket: &JoinedTicket) -> Option<Row> {
        if self.rows.contains_key(&ticket.ticket_id) {
            return None;
        }
        let state =
            if self.config.has_stock { self.reserve(ticket.intent)? } else { TicketState::Passed };
        let row = Row { ticket: *ticket, state };
        self.rows.insert(ticket.ticket_id, row);
        Some(row)
    }

    fn reserve(&mut self, intent: Intent) -> Option<TicketState> {
        let stock = self.stock.get_mut(&intent.variant_id)?;
        if intent.units > stock.available {
            return Some(TicketState::Rejected);
        }
        stock.available -= intent.units;
        stock.reserved += intent.units;
        stock.version += 1;
        Some(TicketState::Reserved)
    }

    fn finishes(&mut self) -> LineCommand {
        let held = self.rows.values_mut().filter(|row| row.goes_on());
        let Some(row) = held.choose(&mut self.rng) else { return self.admits() };
        let (is_paid, is_pass) = (self.rng.random_bool(0.6), row.state.is_pass());
        row.state = match (is_paid, is_pass) {
            (true, false) => TicketState::Confirmed,
            (true, true) => TicketState::Visited,
            (false, _) => TicketState::Expired,
        };
        let (intent, settlement) = (row.ticket.intent, row.settlement());
        if !is_pass && let Some(stock) = self.stock.get_mut(&intent.variant_id) {
            stock.reserved -= intent.units;
            stock.available += if is_paid { 0 } else { intent.units };
            stock.version += 1;
        }
        LineCommand::Settle { stock: self.figures(), settlements: vec![settlement] }
    }

    /// Settles again what has a row; or does what has to be done about leases that have run out.
    fn reconciles(&mut self, line: &LineModel) -> LineCommand {
        // Of a line that is lost, or being rebuilt, nobody can read the leases.
        let is_usable =
            line.room.is_some_and(|room| room.trusted && room.open && room.epoch == self.epoch);
        if !is_usable || self.rng.random_bool(0.3) {
            let n = self.crowd.batch(&mut self.rng);
            let rows = self.rows.values().map(Row::settlement).choose_multiple(&mut self.rng, n);
            return LineCommand::Settle { stock: Vec::new(), settlements: rows };
        }
        let now_us = self.now_us;
        let expired = line.leases().into_iter().take_while(|lease| lease.deadline_us <= now_us);
        let expired = expired.take(MAX_LEASES);
        let (mut settlements, mut prolonged) = (Vec::new(), Vec::new());
        for lease in expired {
            let ticket = lease.ticket.ticket;
            match self.action(&lease) {
                LeaseAction::Settle(state) => settlements.push(Settlement::of(ticket.key(), state)),
                LeaseAction::Wait => prolonged.push(ticket.ticket_id),
                LeaseAction::Produce => {
                    self.take_in_hand(lease.ticket);
                    prolonged.push(ticket.ticket_id);
                }
            }
        }
        if !settlements.is_empty() {
            return LineCommand::Settle { stock: Vec::new(), settlements };
        }
        if prolonged.is_empty() {
            return self.admits();
        }
        LineCommand::Reextend { tickets: prolonged, lease_us: LEASE_US }
    }

    fn action(&self, lease: &Lease) -> LeaseAction {
        let row = self.rows.get(&lease.ticket.ticket.ticket_id).map(|row| row.state);
        let (processed, end) = (Some(boundary(self.processed)), Some(self.commands.len() as i64));
        LeaseAction::of(lease.position, row, LogReach { processed, end })
    }

    fn take_in_hand(&mut self, admitted: AdmittedTicket) {
        let ticket_id = admitted.ticket.ticket_id;
        if !self.in_hand.iter().any(|(one, _)| one.ticket.ticket_id == ticket_id) {
            self.in_hand.push((admitted, self.epoch));
        }
    }
}
