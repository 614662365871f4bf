//! What people, the drain, the processor and operators do.

use super::{Produced, Row, SeededWorld, id, setup::rate};
use crate::line::{LineCommand, LineModel, ModelState};
use rand::{Rng, seq::IteratorRandom};
use shared::{
    drops::{CloseReason, DropMode},
    ids::TicketId,
    line::{
        AdmittedTicket, Extension, InFlightTicket, Intent, JoinOutcome, JoinRequest, JoinedTicket,
        Lane, LogPosition, RoomConfig, Settlement, StockFigure,
    },
};

const LEASE_US: i64 = 10_000_000;

impl SeededWorld {
    pub(super) fn choose(&mut self, line: &LineModel) -> LineCommand {
        match self.rng.random_range(0..100) {
            0..22 => self.joins(),
            22..27 => self.leaves(),
            27..37 => self.come_back(),
            37..62 => self.admits(),
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

    pub(super) fn joins(&mut self) -> LineCommand {
        let n = self.rng.random_range(1..5);
        let requests = (0..n).map(|_| {
            let shopper_id = *self.shoppers.iter().choose(&mut self.rng).expect("there are some");
            let variants = self.config.variants.iter();
            let variant_id = *variants.choose(&mut self.rng).expect("there are some");
            JoinRequest {
                ticket_id: TicketId::from_uuid(id(&mut self.rng)),
                shopper_id,
                lane: Lane(0),
                intent: Intent { variant_id, units: self.rng.random_range(1..4) },
            }
        });
        LineCommand::Join(requests.collect())
    }

    pub(super) fn keep_tickets(&mut self, outcomes: &[JoinOutcome]) {
        for outcome in outcomes {
            // Some answers are lost on the way, and their tickets with them.
            if let JoinOutcome::Joined(ticket) | JoinOutcome::Existing(ticket, _) = outcome
                && self.rng.random_bool(0.95)
            {
                self.browsers.insert(ticket.ticket_id, *ticket);
            }
        }
    }

    fn some_tickets(&mut self, n: usize) -> Vec<JoinedTicket> {
        self.browsers.values().copied().choose_multiple(&mut self.rng, n)
    }

    fn leaves(&mut self) -> LineCommand {
        match self.some_tickets(1).first() {
            Some(ticket) => LineCommand::Leave { ticket_id: ticket.ticket_id, score: ticket.score },
            None => self.joins(),
        }
    }

    fn come_back(&mut self) -> LineCommand {
        let n = self.rng.random_range(1..5);
        let tickets = self.some_tickets(n);
        if tickets.is_empty() { self.joins() } else { LineCommand::Attach(tickets) }
    }

    pub(super) fn admits(&mut self) -> LineCommand {
        let repeated = self.requests.iter().choose(&mut self.rng).copied();
        let request = repeated.filter(|_| self.rng.random_bool(0.1));
        let request = request.unwrap_or_else(|| id(&mut self.rng));
        LineCommand::Admit { limit: self.rng.random_range(1..6), lease_us: LEASE_US, request }
    }

    /// Hands some of the tickets in hand to the log, then extends their leases.
    fn produces(&mut self) -> LineCommand {
        // A drain works for the epoch in which it admitted, whatever has come since.
        let drain = self.in_hand.first().map_or(self.epoch, |(_, epoch)| *epoch);
        let of_drain = self.in_hand.iter().take_while(|(_, epoch)| *epoch == drain).count();
        let n = self.rng.random_range(0..=of_drain);
        self.speaks_for = Some(drain);
        let produced: Vec<_> = self.in_hand.drain(..n).collect();
        let extensions = produced.into_iter().map(|(admitted, epoch)| {
            let position =
                LogPosition { generation: 1, partition: 0, offset: self.commands.len() as i64 };
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
        let stock = self.stock.get_mut(&ticket.intent.variant_id)?;
        let goes_on = ticket.intent.units <= stock.available;
        if goes_on {
            stock.available -= ticket.intent.units;
            stock.reserved += ticket.intent.units;
            stock.version += 1;
        }
        let row = Row { ticket: *ticket, goes_on };
        self.rows.insert(ticket.ticket_id, row);
        Some(row)
    }

    fn finishes(&mut self) -> LineCommand {
        let held = self.rows.values_mut().filter(|row| row.goes_on);
        let Some(row) = held.choose(&mut self.rng) else { return self.admits() };
        row.goes_on = false;
        let (intent, settlement) = (row.ticket.intent, row.settlement());
        let paid = self.rng.random_bool(0.6);
        if let Some(stock) = self.stock.get_mut(&intent.variant_id) {
            stock.reserved -= intent.units;
            stock.available += if paid { 0 } else { intent.units };
            stock.version += 1;
        }
        LineCommand::Settle { stock: self.figures(), settlements: vec![settlement] }
    }

    /// Settles again what has a row; produces again what nobody else will.
    fn reconciles(&mut self, line: &LineModel) -> LineCommand {
        let rows: Vec<Settlement> =
            self.rows.values().map(Row::settlement).choose_multiple(&mut self.rng, 4);
        if self.rng.random_bool(0.5) {
            return LineCommand::Settle { stock: Vec::new(), settlements: rows };
        }
        let mut prolonged = Vec::new();
        for (ticket_id, ticket) in &line.tickets {
            let ModelState::InFlight { admitted_at_us, .. } = ticket.state else { continue };
            let in_hand = self.in_hand.iter().any(|(one, _)| one.ticket.ticket_id == *ticket_id);
            let on_its_way = self.commands[self.processed..]
                .iter()
                .any(|one| one.command.ticket.ticket_id == *ticket_id);
            if let Some(joined) = ticket.joined
                && !in_hand
                && !on_its_way
                && !self.rows.contains_key(ticket_id)
            {
                let admitted = AdmittedTicket { ticket: joined, admitted_at_us };
                self.in_hand.push((admitted, self.epoch));
            }
            prolonged.push(*ticket_id);
        }
        LineCommand::Reextend { tickets: prolonged, lease_us: LEASE_US }
    }

    fn configures(&mut self) -> LineCommand {
        let newer = self.rng.random_range(-1..3);
        let mode = match self.rng.random_range(0..10) {
            0 => DropMode::Paused,
            1 => DropMode::Stopped,
            _ => DropMode::Running,
        };
        let message = self.rng.random_bool(0.2).then(|| "back | at\n5".to_owned());
        LineCommand::Configure(RoomConfig {
            mode,
            admission_rate_per_second: rate(&mut self.rng),
            occupancy_cap: self.rng.random_range(1..10),
            message,
            version: self.config.version + newer,
            ..self.config.clone()
        })
    }

    fn closes(&mut self) -> LineCommand {
        let reason = self.ended.unwrap_or(CloseReason::Cancelled);
        LineCommand::CloseWaiting { reason, limit: self.rng.random_range(1..5) }
    }

    fn ends(&mut self) -> LineCommand {
        let reasons = [CloseReason::SoldOut, CloseReason::Closed, CloseReason::Cancelled];
        if self.rng.random_bool(0.5) {
            return self.joins();
        }
        LineCommand::End(reasons.into_iter().choose(&mut self.rng).expect("there are three"))
    }

    pub(super) fn figures(&mut self) -> Vec<StockFigure> {
        let mut figures: Vec<_> = self.stock.values().copied().collect();
        // A figure that was read earlier and arrives late.
        if self.rng.random_bool(0.1) {
            for figure in &mut figures {
                figure.version -= 1;
                figure.available += 1;
            }
        }
        figures
    }
}
