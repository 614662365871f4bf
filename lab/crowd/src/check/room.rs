//! The line as its log tells it: every ticket's way, and what contradicts itself.

use std::collections::{BTreeMap, HashMap, HashSet};

use shared::{
    ids::{ShopperId, TicketId},
    messages::{Configured, EventPoint, JoinedTicket, QueueEventV1, RoomEvent, TicketScore},
    tickets::{Epoch, Lane, Score},
};

pub use super::lives::{Life, Standing};
use super::{chain, evidence::Command, lives::Spans};

/// The line, replayed.
#[derive(Debug, Default)]
pub struct Room {
    /// Every ticket.
    pub tickets: HashMap<TicketId, Life>,
    /// Admissions in order: when, and how many at once.
    pub admissions: Vec<(i64, u32)>,
    /// Limits and modes in order.
    pub configured: Vec<(i64, Configured)>,
    /// Where a shown place may rise, and why.
    pub rises: BTreeMap<EventPoint, &'static str>,
    /// How many waited after each event.
    pub waiting: Vec<(i64, usize)>,
    /// Admissions that passed over somebody.
    pub overtaken: Vec<String>,
    /// Events that contradict the ones before.
    pub contradictions: Vec<String>,
    /// Breaks of the chain.
    pub breaks: Vec<String>,
    lanes: BTreeMap<Lane, BTreeMap<Score, (TicketId, u32)>>,
}

impl Room {
    /// Replays a drop's log: the first record of each event, in the order of the events.
    ///
    /// An admission whose event was lost with the store is told by its command alone: the line
    /// that is built next has the ticket in flight.
    #[must_use]
    pub fn replay(records: &[QueueEventV1], commands: &[Command]) -> Self {
        let (events, breaks) = chain::unbroken(records);
        let mut room = Self { breaks, ..Self::default() };
        for record in events.values() {
            if let RoomEvent::Begun { .. } = record.event {
                room.admit_unlogged(commands, record.epoch);
            }
            room.apply(record);
        }
        room
    }

    fn admit_unlogged(&mut self, commands: &[Command], begun: Epoch) {
        for Command { order, .. } in commands.iter().filter(|one| one.order.epoch < begun) {
            let Some(life) = self.tickets.get_mut(&order.ticket_id) else { continue };
            if life.standing() != Standing::Waiting {
                continue;
            }
            life.changes.push((order.admitted_at_us, Standing::Admitted));
            life.admitted_in = Some(order.epoch);
            self.admissions.push((order.admitted_at_us, 1));
            self.lanes.entry(order.lane).or_default().remove(&order.score);
        }
    }

    /// People who wait at the end of the log.
    #[must_use]
    pub fn n_waiting(&self) -> usize {
        self.lanes.values().map(BTreeMap::len).sum()
    }

    fn apply(&mut self, record: &QueueEventV1) {
        let (at_us, point) = (record.at_us, record.point());
        match &record.event {
            RoomEvent::Joined { tickets } => tickets.iter().for_each(|t| self.join(t, at_us)),
            RoomEvent::Attached { tickets } => {
                self.rises.insert(point, "returned");
                tickets.iter().for_each(|ticket| self.attach(ticket, at_us));
            }
            RoomEvent::Left { tickets } => {
                tickets.iter().for_each(|t| self.leave(t, record, Standing::Left));
            }
            RoomEvent::Closed { reason, tickets } => {
                tickets.iter().for_each(|t| self.leave(t, record, Standing::Closed(*reason)));
            }
            RoomEvent::Admitted { tickets } => {
                self.admissions.push((at_us, u32::try_from(tickets.len()).unwrap_or(u32::MAX)));
                tickets.iter().for_each(|ticket| self.admit(ticket, record));
            }
            RoomEvent::Configured(configured) => {
                self.rises.insert(point, "operator");
                self.configured.push((at_us, configured.clone()));
            }
            RoomEvent::Begun { .. } => {
                self.rises.insert(point, "rebuild");
            }
            RoomEvent::Ended { .. } => {}
        }
        self.waiting.push((at_us, self.n_waiting()));
    }

    fn join(&mut self, ticket: &JoinedTicket, at_us: i64) {
        if self.tickets.contains_key(&ticket.ticket_id) {
            self.contradictions.push(format!("{} joined twice", ticket.ticket_id));
        }
        self.stand(ticket, at_us, false);
    }

    /// Puts a ticket back in line that Redis had lost.
    fn attach(&mut self, ticket: &JoinedTicket, at_us: i64) {
        let standing = self.tickets.get(&ticket.ticket_id).map(Life::standing);
        if let Some(over @ (Standing::Left | Standing::Closed(_))) = standing {
            self.contradictions.push(format!("{} came back after {over:?}", ticket.ticket_id));
        }
        self.stand(ticket, at_us, true);
    }

    fn stand(&mut self, ticket: &JoinedTicket, at_us: i64, came_back: bool) {
        let JoinedTicket { ticket_id, shopper_id, lane, score, intent, .. } = *ticket;
        let life = self.tickets.entry(ticket_id).or_insert_with(|| Life {
            shopper_id,
            lane,
            score,
            units: intent.units,
            changes: Vec::new(),
            was_lost: came_back,
            admitted_in: None,
        });
        life.changes.push((at_us, Standing::Waiting));
        let before = self.lanes.entry(lane).or_default().insert(score, (ticket_id, intent.units));
        if let Some((other, _)) = before.filter(|(other, _)| *other != ticket_id) {
            let number = score.number();
            self.contradictions.push(format!("{ticket_id} and {other} have the number {number}"));
        }
    }

    fn leave(&mut self, ticket: &TicketScore, record: &QueueEventV1, to: Standing) {
        let id = ticket.ticket_id;
        let Some(life) = self.tickets.get_mut(&id) else {
            self.contradictions.push(format!("{id} is {to:?} and never joined"));
            return;
        };
        // An admission that a rebuild took back, before anybody heard of it, may end like this.
        let taken_back = life.admitted_in.is_some_and(|epoch| epoch < record.epoch);
        match life.standing() {
            Standing::Waiting => {}
            Standing::Admitted if taken_back => {}
            from => self.contradictions.push(format!("{id} is {to:?} after {from:?}")),
        }
        life.changes.push((record.at_us, to));
        self.lanes.entry(ticket.lane).or_default().remove(&ticket.score);
    }

    fn admit(&mut self, ticket: &TicketScore, record: &QueueEventV1) {
        let id = ticket.ticket_id;
        let Some(life) = self.tickets.get_mut(&id) else {
            self.contradictions.push(format!("{id} was let in and never joined"));
            return;
        };
        let taken_back = life.admitted_in.is_some_and(|epoch| epoch < record.epoch);
        match life.standing() {
            Standing::Waiting => {}
            Standing::Admitted if taken_back => {}
            from => self.contradictions.push(format!("{id} was let in after {from:?}")),
        }
        life.changes.push((record.at_us, Standing::Admitted));
        life.admitted_in = Some(record.epoch);
        let units = life.units;
        let lane = self.lanes.entry(ticket.lane).or_default();
        lane.remove(&ticket.score);
        // Whoever wants as much or less, and stood before, had their units free as well.
        let passed = lane.range(..ticket.score).find(|(_, (_, wants))| *wants <= units);
        if let Some((score, (other, _))) = passed {
            self.overtaken.push(format!(
                "event {}: {id} (number {}) was let in before {other} (number {})",
                record.point(),
                ticket.score.number(),
                score.number(),
            ));
        }
    }

    /// Accounts with two live tickets at once; `ended_us` says when an admitted one was over.
    #[must_use]
    pub fn doubles(&self, ended_us: &HashMap<TicketId, i64>) -> Vec<String> {
        let mut by_shopper: HashMap<ShopperId, Vec<(TicketId, Spans)>> = HashMap::new();
        for (id, life) in &self.tickets {
            let spans = life.live_spans(ended_us.get(id).copied());
            by_shopper.entry(life.shopper_id).or_default().push((*id, spans));
        }
        let mut doubles = HashSet::new();
        for (shopper, tickets) in by_shopper {
            for (n, (first, spans)) in tickets.iter().enumerate() {
                for (second, others) in &tickets[n + 1..] {
                    let meets = |a: &(i64, i64)| others.iter().any(|b| a.0 < b.1 && b.0 < a.1);
                    if spans.iter().any(meets) {
                        doubles.insert(format!("{shopper} had {first} and {second} at once"));
                    }
                }
            }
        }
        doubles.into_iter().collect()
    }
}
