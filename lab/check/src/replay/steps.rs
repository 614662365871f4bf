//! What each event does to a ticket.

use shared::{
    ids::TicketId,
    line::{EventPoint, JoinedTicket, Lane, Score, TicketScore},
    messages::QueueEventV1,
};

use super::{ranks::LineChange, room::RoomReplay};
use crate::lives::{Standing, TicketLife};

impl RoomReplay {
    pub(super) fn join(&mut self, ticket: &JoinedTicket, record: &QueueEventV1) {
        if self.tickets.contains_key(&ticket.ticket_id) {
            self.contradictions.push(format!("{} joined twice", ticket.ticket_id));
        }
        self.stand(ticket, record, false);
    }

    /// Puts a ticket back in line that Redis had lost. Within an epoch Redis loses nothing.
    pub(super) fn attach(&mut self, ticket: &JoinedTicket, record: &QueueEventV1) {
        let id = ticket.ticket_id;
        if let Some(life) = self.tickets.get(&id) {
            match life.standing() {
                Standing::Admitted if life.admitted_in == Some(record.epoch) => self
                    .contradictions
                    .push(format!("{id} came back after it was admitted in the same epoch")),
                over @ (Standing::Left | Standing::Closed(_)) => {
                    self.contradictions.push(format!("{id} came back after {over:?}"));
                }
                Standing::Waiting | Standing::Admitted => {}
            }
        }
        self.stand(ticket, record, true);
    }

    fn stand(&mut self, ticket: &JoinedTicket, record: &QueueEventV1, came_back: bool) {
        let JoinedTicket { ticket_id, shopper_id, lane, score, intent, .. } = *ticket;
        let life = self.tickets.entry(ticket_id).or_insert_with(|| TicketLife {
            shopper_id,
            lane,
            score,
            units: intent.units,
            changes: Vec::new(),
            was_lost: came_back,
            admitted_in: None,
        });
        life.changes.push((record.at_us, Standing::Waiting));
        life.admitted_in = None;
        self.enter(record.point(), lane, score, (ticket_id, intent.units));
    }

    pub(super) fn leave(&mut self, ticket: &TicketScore, record: &QueueEventV1, to: Standing) {
        let id = ticket.ticket_id;
        let Some(life) = self.tickets.get_mut(&id) else {
            self.contradictions.push(format!("{id} became {to:?} but never joined"));
            return;
        };
        let from = life.standing();
        if from != Standing::Waiting {
            self.contradictions.push(format!("{id} became {to:?} after {from:?}"));
        }
        life.changes.push((record.at_us, to));
        self.exit(record.point(), ticket.lane, ticket.score);
    }

    pub(super) fn admit(&mut self, ticket: &TicketScore, record: &QueueEventV1) {
        let id = ticket.ticket_id;
        let Some(life) = self.tickets.get_mut(&id) else {
            self.contradictions.push(format!("{id} was admitted but never joined"));
            return;
        };
        let from = life.standing();
        if from != Standing::Waiting {
            self.contradictions.push(format!("{id} was admitted after {from:?}"));
        }
        life.changes.push((record.at_us, Standing::Admitted));
        life.admitted_in = Some(record.epoch);
        let units = life.units;
        self.exit(record.point(), ticket.lane, ticket.score);
        let how = format!("by event {}", record.point());
        self.note_passed(ticket, units, &how);
    }

    /// Notes if somebody ahead was passed over, for whom there were free units as well.
    pub(super) fn note_passed(&mut self, ticket: &TicketScore, units: u32, how: &str) {
        let TicketScore { ticket_id, lane, score } = *ticket;
        let Some(waiting) = self.lanes.get(&lane) else { return };
        let passed = waiting.range(..score).find(|(_, (_, wants))| *wants <= units);
        if let Some((ahead, (other, _))) = passed {
            let (number, lower) = (score.number(), ahead.number());
            self.overtaken.push(format!(
                "{ticket_id} (number {number}) was admitted {how} before {other} (number {lower})"
            ));
        }
    }

    pub(super) fn enter(
        &mut self,
        point: EventPoint,
        lane: Lane,
        score: Score,
        ticket: (TicketId, u32),
    ) {
        match self.lanes.entry(lane).or_default().insert(score, ticket) {
            None => self.changes.push(LineChange { point, lane, score, stands: true }),
            Some((other, _)) if other != ticket.0 => self.contradictions.push(format!(
                "{} and {other} share the number {}",
                ticket.0,
                score.number()
            )),
            Some(_) => {}
        }
    }

    pub(super) fn exit(&mut self, point: EventPoint, lane: Lane, score: Score) {
        let waiting = self.lanes.get_mut(&lane);
        if waiting.and_then(|waiting| waiting.remove(&score)).is_some() {
            self.changes.push(LineChange { point, lane, score, stands: false });
        }
    }
}
