//! What each event does to a ticket.

use shared::{
    ids::TicketId,
    line::{EventPoint, JoinedTicket, Score, TicketScore},
    messages::QueueEventV1,
};

use super::{lanes::LanePick, ranks::LineChange, room::RoomReplay};
use crate::lives::{LineName, Standing, TicketLife};

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
                Standing::Waiting | Standing::Missed | Standing::Admitted => {}
            }
        }
        self.stand(ticket, record, true);
    }

    /// Passes over a ticket whose shopper is absent. One that is missed already is only told again.
    pub(super) fn miss(&mut self, ticket: &JoinedTicket, record: &QueueEventV1) {
        let id = ticket.ticket_id;
        let from = self.tickets.get(&id).map(TicketLife::standing);
        match from {
            // A log that lost its beginning is told of them anew.
            None => self.stand(ticket, record, true),
            Some(Standing::Missed) => return,
            Some(Standing::Waiting) => {}
            Some(from) => self.contradictions.push(format!("{id} was missed after {from:?}")),
        }
        let Some(life) = self.tickets.get_mut(&id) else { return };
        life.changes.push((record.at_us, Standing::Missed));
        let line = life.line;
        self.exit(record.point(), line, ticket.score);
    }

    /// Puts a ticket that was missed back at its own place.
    pub(super) fn come_back(&mut self, ticket: &JoinedTicket, record: &QueueEventV1) {
        let id = ticket.ticket_id;
        let from = self.tickets.get(&id).map(TicketLife::standing);
        if from != Some(Standing::Missed) {
            self.contradictions.push(format!("{id} returned after {from:?}"));
        }
        self.stand(ticket, record, false);
    }

    fn stand(&mut self, ticket: &JoinedTicket, record: &QueueEventV1, came_back: bool) {
        let JoinedTicket { ticket_id, shopper_id, lane, score, intent, .. } = *ticket;
        let line = LineName { lane, variant_id: intent.variant_id };
        let life = self.tickets.entry(ticket_id).or_insert_with(|| TicketLife {
            shopper_id,
            line,
            score,
            units: intent.units,
            changes: Vec::new(),
            was_lost: came_back,
            admitted_in: None,
        });
        life.changes.push((record.at_us, Standing::Waiting));
        life.admitted_in = None;
        self.enter(record.point(), line, score, (ticket_id, intent.units));
    }

    pub(super) fn leave(&mut self, ticket: &TicketScore, record: &QueueEventV1, to: Standing) {
        let id = ticket.ticket_id;
        let Some(life) = self.tickets.get_mut(&id) else {
            self.contradictions.push(format!("{id} became {to:?} but never joined"));
            return;
        };
        let from = life.standing();
        if !from.is_in_line() {
            self.contradictions.push(format!("{id} became {to:?} after {from:?}"));
        }
        life.changes.push((record.at_us, to));
        let line = life.line;
        self.exit(record.point(), line, ticket.score);
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
        let line = life.line;
        self.lane_picks.extend(LanePick::of(record.epoch, id, life, &self.lines));
        self.exit(record.point(), line, ticket.score);
        self.note_passed(id, &format!("by event {}", record.point()), |_| false);
    }

    /// Notes if somebody ahead in the same line was passed over who is not excused, and for whom there
    /// were free units as well.
    pub(super) fn note_passed(
        &mut self,
        ticket_id: TicketId,
        how: &str,
        is_excused: impl Fn(&TicketId) -> bool,
    ) {
        let Some(life) = self.tickets.get(&ticket_id) else { return };
        let (score, units) = (life.score, life.units);
        let Some(waiting) = self.lines.get(&life.line) else { return };
        let mut ahead = waiting.range(..score);
        let passed = ahead.find(|(_, (other, wants))| *wants <= units && !is_excused(other));
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
        line: LineName,
        score: Score,
        ticket: (TicketId, u32),
    ) {
        // Numbers are unique in a room, whatever its lines.
        let id = ticket.0;
        if let Some(other) = self.numbers.insert(score, id).filter(|other| *other != id) {
            let number = score.number();
            self.contradictions.push(format!("{id} and {other} share the number {number}"));
        }
        if self.lines.entry(line).or_default().insert(score, ticket).is_none() {
            self.changes.push(LineChange { point, line, score, stands: true });
        }
    }

    pub(super) fn exit(&mut self, point: EventPoint, line: LineName, score: Score) {
        let waiting = self.lines.get_mut(&line);
        if waiting.and_then(|waiting| waiting.remove(&score)).is_some() {
            self.numbers.remove(&score);
            self.changes.push(LineChange { point, line, score, stands: false });
        }
    }
}
