//! The line as its log tells it: every ticket's way, and where the log contradicts itself.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use shared::{
    ids::{ShopperId, TicketId},
    line::{Configured, Epoch, EventPoint, JoinedTicket, Lane, RoomEvent, Score, TicketScore},
    messages::QueueEventV1,
};

use super::{
    chain,
    evidence::CommandRecord,
    lives::{Spans, Standing, TicketLife},
};

/// A room, replayed from its log. Times are microseconds of Redis time.
#[derive(Debug, Default)]
pub(crate) struct RoomReplay {
    pub(crate) tickets: HashMap<TicketId, TicketLife>,
    /// Admissions in order: when, and how many at once.
    pub(crate) admissions: Vec<(i64, u32)>,
    /// Limits and modes in order.
    pub(crate) configured: Vec<(i64, Configured)>,
    /// Events at which a shown position may rise.
    pub(crate) rises: BTreeSet<EventPoint>,
    /// How many waited after each event.
    pub(crate) waiting: Vec<(i64, usize)>,
    /// Admissions that passed over somebody.
    pub(crate) overtaken: Vec<String>,
    /// Events that contradict the ones before.
    pub(crate) contradictions: Vec<String>,
    /// Breaks of the chain.
    pub(crate) breaks: Vec<String>,
    lanes: BTreeMap<Lane, BTreeMap<Score, (TicketId, u32)>>,
}

impl RoomReplay {
    /// Replays a drop's log: the first record of each event, in the order of the events.
    ///
    /// An admission whose event was lost with the store is known by its command alone: the line
    /// that is built next has the ticket in flight.
    pub(crate) fn of(records: &[QueueEventV1], commands: &[CommandRecord]) -> Self {
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

    fn admit_unlogged(&mut self, commands: &[CommandRecord], begun: Epoch) {
        for CommandRecord { order, .. } in commands.iter().filter(|one| one.order.epoch < begun) {
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

    /// Returns how many wait at the end of the log.
    pub(crate) fn n_waiting(&self) -> usize {
        self.lanes.values().map(BTreeMap::len).sum()
    }

    fn apply(&mut self, record: &QueueEventV1) {
        let (at_us, point) = (record.at_us, record.point());
        match &record.event {
            RoomEvent::Joined { tickets } => tickets.iter().for_each(|t| self.join(t, at_us)),
            RoomEvent::Attached { tickets } => {
                self.rises.insert(point);
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
                self.rises.insert(point);
                self.configured.push((at_us, configured.clone()));
            }
            RoomEvent::Begun { .. } => {
                self.rises.insert(point);
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
        let standing = self.tickets.get(&ticket.ticket_id).map(TicketLife::standing);
        if let Some(over @ (Standing::Left | Standing::Closed(_))) = standing {
            self.contradictions.push(format!("{} came back after {over:?}", ticket.ticket_id));
        }
        self.stand(ticket, at_us, true);
    }

    fn stand(&mut self, ticket: &JoinedTicket, at_us: i64, came_back: bool) {
        let JoinedTicket { ticket_id, shopper_id, lane, score, intent, .. } = *ticket;
        let life = self.tickets.entry(ticket_id).or_insert_with(|| TicketLife {
            shopper_id,
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
            self.contradictions.push(format!("{ticket_id} and {other} share the number {number}"));
        }
    }

    fn leave(&mut self, ticket: &TicketScore, record: &QueueEventV1, to: Standing) {
        let id = ticket.ticket_id;
        let Some(life) = self.tickets.get_mut(&id) else {
            self.contradictions.push(format!("{id} became {to:?} but never joined"));
            return;
        };
        // A rebuild may take back an admission that nobody heard of; then this end is fine.
        let taken_back = life.admitted_in.is_some_and(|epoch| epoch < record.epoch);
        match life.standing() {
            Standing::Waiting => {}
            Standing::Admitted if taken_back => {}
            from => self.contradictions.push(format!("{id} became {to:?} after {from:?}")),
        }
        life.changes.push((record.at_us, to));
        self.lanes.entry(ticket.lane).or_default().remove(&ticket.score);
    }

    fn admit(&mut self, ticket: &TicketScore, record: &QueueEventV1) {
        let id = ticket.ticket_id;
        let Some(life) = self.tickets.get_mut(&id) else {
            self.contradictions.push(format!("{id} was admitted but never joined"));
            return;
        };
        let taken_back = life.admitted_in.is_some_and(|epoch| epoch < record.epoch);
        match life.standing() {
            Standing::Waiting => {}
            Standing::Admitted if taken_back => {}
            from => self.contradictions.push(format!("{id} was admitted after {from:?}")),
        }
        life.changes.push((record.at_us, Standing::Admitted));
        life.admitted_in = Some(record.epoch);
        let units = life.units;
        let lane = self.lanes.entry(ticket.lane).or_default();
        lane.remove(&ticket.score);
        // For anyone ahead who wants as much or less, there were free units as well.
        let passed = lane.range(..ticket.score).find(|(_, (_, wants))| *wants <= units);
        if let Some((score, (other, _))) = passed {
            self.overtaken.push(format!(
                "event {}: {id} (number {}) was admitted before {other} (number {})",
                record.point(),
                ticket.score.number(),
                score.number(),
            ));
        }
    }

    /// Finds accounts with two live tickets at once; `ended_us` says when the order of an admitted
    /// ticket was over.
    pub(crate) fn doubles(&self, ended_us: &HashMap<TicketId, i64>) -> Vec<String> {
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
