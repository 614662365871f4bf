//! What shoppers do.

use super::{SeededWorld, id};
use crate::line::{LineCommand, LineModel};
use rand::{Rng, seq::IteratorRandom};
use shared::{
    ids::TicketId,
    line::{Intent, JoinOutcome, JoinRequest, JoinedTicket, PresenceMark},
};
use std::time::Duration;

impl SeededWorld {
    pub(super) fn joins(&mut self) -> LineCommand {
        let n = self.crowd.batch(&mut self.rng);
        LineCommand::Join((0..n).map(|_| self.request()).collect())
    }

    fn request(&mut self) -> JoinRequest {
        let rng = &mut self.rng;
        let variants = self.config.variants.iter();
        let most = self.config.takes_most.then_some(self.config.max_units_per_ticket);
        JoinRequest {
            ticket_id: TicketId::from_uuid(id(rng)),
            shopper_id: *self.shoppers.iter().choose(rng).expect("there are some"),
            lane: *self.crowd.lanes.iter().choose(rng).expect("a room has a lane"),
            intent: Intent {
                variant_id: *variants.choose(rng).expect("there are some"),
                units: most.unwrap_or_else(|| rng.random_range(1..4)),
            },
        }
    }

    pub(super) fn keep_tickets(&mut self, outcomes: &[JoinOutcome]) {
        for outcome in outcomes {
            // Some answers are lost on the way, and their tickets with them.
            if let JoinOutcome::Joined(ticket, _) | JoinOutcome::Existing(ticket, ..) = outcome
                && self.rng.random_bool(0.95)
            {
                self.browsers.insert(ticket.ticket_id, *ticket);
            }
        }
    }

    fn some_tickets(&mut self, n: usize) -> Vec<JoinedTicket> {
        self.browsers.values().copied().choose_multiple(&mut self.rng, n)
    }

    pub(super) fn leaves(&mut self) -> LineCommand {
        match self.some_tickets(1).first() {
            Some(ticket) => LineCommand::Leave(ticket.key()),
            None => self.joins(),
        }
    }

    /// Somebody watches the front and sees some of those who keep tickets; now and then one who polls.
    pub(super) fn sees(&mut self) -> LineCommand {
        let n = self.crowd.batch(&mut self.rng).min(self.shoppers.len() / 4);
        let tickets = self.some_tickets(n);
        let marks = tickets.into_iter().map(|ticket| {
            let steps = if self.rng.random_bool(0.2) { self.rng.random_range(1..10) } else { 0 };
            let ahead = Duration::from_micros((steps * self.crowd.step_us) as u64);
            PresenceMark { ticket_id: ticket.ticket_id, ahead }
        });
        LineCommand::Here(marks.collect())
    }

    /// Some come back, often those who were missed: few are, and hardly a world would see one of them again.
    pub(super) fn come_back(&mut self, line: &LineModel) -> LineCommand {
        let n = self.crowd.batch(&mut self.rng);
        let missed = line.missed().into_iter();
        let mut tickets: Vec<_> =
            missed.filter(|ticket| self.browsers.contains_key(&ticket.ticket_id)).take(n).collect();
        if tickets.is_empty() || self.rng.random_bool(0.3) {
            tickets = self.some_tickets(n);
        }
        if tickets.is_empty() { self.joins() } else { LineCommand::Attach(tickets) }
    }
}
