//! What people, the drain, the processor and operators do.

use super::{Produced, Row, World, id, rate};
use crate::line::{Command, Config, Join, Line, Position, Request, State, Stock};
use rand::{Rng, seq::IteratorRandom};
use shared::{
    drops::{CloseReason, DropMode},
    ids::TicketId,
    messages::JoinedTicket,
    tickets::{Intent, Lane, Score},
};

const LEASE_US: i64 = 10_000_000;

impl World {
    pub(super) fn choose(&mut self, line: &Line) -> Command {
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
            96..98 => Command::Settle { stock: self.figures(), tickets: Vec::new() },
            98 => self.closes(),
            _ => self.ends(),
        }
    }

    fn joins(&mut self) -> Command {
        let n = self.rng.random_range(1..5);
        let requests = (0..n).map(|_| {
            let shopper_id = *self.shoppers.iter().choose(&mut self.rng).expect("there are some");
            let variants = self.config.variants.iter();
            let variant_id = *variants.choose(&mut self.rng).expect("there are some");
            Request {
                ticket_id: TicketId::from_uuid(id(&mut self.rng)),
                shopper_id,
                lane: Lane(0),
                intent: Intent { variant_id, units: self.rng.random_range(1..4) },
            }
        });
        Command::Join(requests.collect())
    }

    pub(super) fn keep_tickets(&mut self, outcomes: &[Join]) {
        for outcome in outcomes {
            // Some answers are lost on the way, and their tickets with them.
            if let Join::Joined(ticket) | Join::Existing(ticket, _) = outcome
                && self.rng.random_bool(0.95)
            {
                self.browsers.insert(ticket.ticket_id, *ticket);
            }
        }
    }

    fn some_tickets(&mut self, n: usize) -> Vec<JoinedTicket> {
        self.browsers.values().copied().choose_multiple(&mut self.rng, n)
    }

    fn leaves(&mut self) -> Command {
        match self.some_tickets(1).first() {
            Some(ticket) => Command::Leave { ticket_id: ticket.ticket_id, score: ticket.score },
            None => self.joins(),
        }
    }

    fn come_back(&mut self) -> Command {
        let n = self.rng.random_range(1..5);
        let tickets = self.some_tickets(n);
        if tickets.is_empty() { self.joins() } else { Command::Attach(tickets) }
    }

    fn admits(&mut self) -> Command {
        let repeated = self.requests.iter().choose(&mut self.rng).copied();
        let request = repeated.filter(|_| self.rng.random_bool(0.1));
        let request = request.unwrap_or_else(|| id(&mut self.rng));
        Command::Admit { limit: self.rng.random_range(1..6), lease_us: LEASE_US, request }
    }

    /// Hands some of the tickets in hand to the log, then prolongs their leases.
    fn produces(&mut self) -> Command {
        // A drain works for the epoch in which it admitted, whatever came after it.
        let drain = self.in_hand.first().map_or(self.epoch, |(_, epoch, _)| *epoch);
        let of_drain = self.in_hand.iter().take_while(|(_, epoch, _)| *epoch == drain).count();
        let n = self.rng.random_range(0..=of_drain);
        self.speaks_for = Some(drain);
        let produced: Vec<_> = self.in_hand.drain(..n).collect();
        let tickets = produced.into_iter().map(|(ticket, epoch, admitted_at_us)| {
            let position =
                Position { generation: 1, partition: 0, offset: self.commands.len() as i64 };
            self.commands.push(Produced { ticket, epoch, admitted_at_us, position });
            (ticket.ticket_id, Some(position))
        });
        Command::Extend { tickets: tickets.collect(), lease_us: 6 * LEASE_US }
    }

    /// Processes commands in a transaction, then settles; some settlements are lost.
    fn processes(&mut self) -> Command {
        let until = if self.rebuild.is_empty() { self.commands.len() } else { self.processed };
        let n = self.rng.random_range(0..=until - self.processed);
        let mut settled = Vec::new();
        for offset in self.processed..self.processed + n {
            let command = self.commands[offset];
            if !self.is_void(offset)
                && let Some(row) = self.place_order(&command.ticket)
            {
                settled.push((row.ticket.ticket_id, row.ticket.score, row.goes_on));
            }
        }
        self.processed += n;
        if self.rng.random_bool(0.2) {
            settled.clear();
        }
        Command::Settle { stock: self.figures(), tickets: settled }
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

    fn finishes(&mut self) -> Command {
        let held = self.rows.values_mut().filter(|row| row.goes_on);
        let Some(row) = held.choose(&mut self.rng) else { return self.admits() };
        row.goes_on = false;
        let JoinedTicket { ticket_id, score, intent, .. } = row.ticket;
        let paid = self.rng.random_bool(0.6);
        if let Some(stock) = self.stock.get_mut(&intent.variant_id) {
            stock.reserved -= intent.units;
            stock.available += if paid { 0 } else { intent.units };
            stock.version += 1;
        }
        Command::Settle { stock: self.figures(), tickets: vec![(ticket_id, score, false)] }
    }

    /// Settles again what has a row; produces again what nobody else will.
    fn reconciles(&mut self, line: &Line) -> Command {
        let settled = |row: &Row| (row.ticket.ticket_id, row.ticket.score, row.goes_on);
        let rows: Vec<(TicketId, Score, bool)> =
            self.rows.values().map(settled).choose_multiple(&mut self.rng, 4);
        if self.rng.random_bool(0.5) {
            return Command::Settle { stock: Vec::new(), tickets: rows };
        }
        let mut prolonged = Vec::new();
        for (ticket_id, ticket) in &line.tickets {
            let State::InFlight { admitted_at_us, .. } = ticket.state else { continue };
            let in_hand = self.in_hand.iter().any(|(one, ..)| one.ticket_id == *ticket_id);
            let on_its_way = self.commands[self.processed..]
                .iter()
                .any(|one| one.ticket.ticket_id == *ticket_id);
            if let Some(joined) = ticket.joined
                && !in_hand
                && !on_its_way
                && !self.rows.contains_key(ticket_id)
            {
                self.in_hand.push((joined, self.epoch, admitted_at_us));
            }
            prolonged.push((*ticket_id, None));
        }
        Command::Extend { tickets: prolonged, lease_us: LEASE_US }
    }

    fn configures(&mut self) -> Command {
        let newer = self.rng.random_range(-1..3);
        let mode = match self.rng.random_range(0..10) {
            0 => DropMode::Paused,
            1 => DropMode::Stopped,
            _ => DropMode::Running,
        };
        let message = self.rng.random_bool(0.2).then(|| "back | at\n5".to_owned());
        Command::Configure(Config {
            mode,
            admission_rate_per_second: rate(&mut self.rng),
            occupancy_cap: self.rng.random_range(1..10),
            message,
            version: self.config.version + newer,
            ..self.config.clone()
        })
    }

    fn closes(&mut self) -> Command {
        let reason = self.ended.unwrap_or(CloseReason::Cancelled);
        Command::CloseWaiting { reason, limit: self.rng.random_range(1..5) }
    }

    fn ends(&mut self) -> Command {
        let reasons = [CloseReason::SoldOut, CloseReason::Closed, CloseReason::Cancelled];
        if self.rng.random_bool(0.5) {
            return self.joins();
        }
        Command::End(reasons.into_iter().choose(&mut self.rng).expect("there are three"))
    }

    pub(super) fn figures(&mut self) -> Vec<Stock> {
        let mut figures: Vec<_> = self.stock.values().copied().collect();
        // A figure that was read earlier and comes late.
        if self.rng.random_bool(0.1) {
            for figure in &mut figures {
                figure.version -= 1;
                figure.available += 1;
            }
        }
        figures
    }
}
