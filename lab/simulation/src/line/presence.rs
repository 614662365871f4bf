//! Who is there near the front, and who comes back to it.

use super::{LineModel, LineReply, ModelFront, ModelState};
use shared::{
    ids::{TicketId, VariantId},
    line::{JoinedTicket, Lane, Presence, PresenceMark, RoomEvent, Score},
};
use std::{collections::BTreeMap, iter};

/// Who may be missed by one admission.
pub(super) struct Absence {
    now_us: i64,
    ttl_us: i64,
    /// Up to which score whoever is not seen is absent.
    up_to: BTreeMap<(Lane, VariantId), u64>,
}

impl LineModel {
    pub(super) fn here(&mut self, now_us: i64, marks: &[PresenceMark]) -> LineReply {
        let Some(ttl_us) = self.config().presence.map(ttl_us) else { return LineReply::Done };
        let front = &mut self.front;
        front.here.retain(|_, seen_us| *seen_us > now_us - ttl_us);
        for mark in marks {
            front.see(mark.ticket_id, now_us + mark.ahead.as_micros() as i64);
        }
        if front.watched_us.is_none_or(|watched_us| watched_us + ttl_us <= now_us) {
            front.since_us = Some(now_us);
        }
        front.watched_us = Some(now_us);
        LineReply::Done
    }

    /// Marks somebody who came back, wherever they stand.
    pub(super) fn see(&mut self, now_us: i64, ticket_id: TicketId) {
        if self.config().presence.is_some() {
            self.front.see(ticket_id, now_us);
        }
    }

    /// Marks somebody who stands where that counts.
    pub(super) fn see_near_front(&mut self, now_us: i64, ticket: &JoinedTicket) {
        let bound = self.front.lines.get(&line_of(ticket));
        if bound.is_some_and(|bound| ticket.score.raw() <= bound.reach) {
            self.see(now_us, ticket.ticket_id);
        }
    }

    /// Puts those of these accounts' tickets back that were missed. Returns them.
    pub(super) fn return_missed(
        &mut self,
        now_us: i64,
        ticket_ids: impl Iterator<Item = TicketId>,
    ) -> Vec<JoinedTicket> {
        let mut back = Vec::new();
        for ticket_id in ticket_ids {
            let ticket = self.tickets.get(&ticket_id);
            let missed = ticket.filter(|ticket| ticket.state == ModelState::Missed);
            if let Some(joined) = missed.and_then(|ticket| ticket.joined) {
                self.put_in_line(&joined);
                self.see(now_us, ticket_id);
                back.push(joined);
            }
        }
        back
    }

    /// Looks how far the fronts reach now. Returns who may be missed; `None` if nobody.
    pub(super) fn look_at_fronts(&mut self, now_us: i64) -> Option<Absence> {
        let presence = self.config().presence?;
        let (ttl_us, lines) = (ttl_us(presence), self.lines());
        let lanes: Vec<_> = iter::once(Lane::NORMAL).chain(self.lanes.iter().copied()).collect();
        let mut up_to = BTreeMap::new();
        for variant_id in self.config().variants.clone() {
            for lane in &lanes {
                let name = (*lane, variant_id);
                let scores: Vec<_> =
                    lines.get(&name).into_iter().flatten().map(|ticket| ticket.score).collect();
                let reach = reach_of(presence, &scores);
                up_to.insert(name, self.front.note(name, now_us, ttl_us / 5, reach));
            }
        }
        let ModelFront { watched_us, since_us, .. } = self.front;
        let is_watched = since_us.is_some_and(|since_us| since_us + ttl_us <= now_us)
            && watched_us.is_some_and(|watched_us| now_us < watched_us + ttl_us);
        is_watched.then_some(Absence { now_us, ttl_us, up_to })
    }

    /// Whether a ticket at a front is absent.
    pub(super) fn is_absent(&self, absence: &Absence, ticket: &JoinedTicket) -> bool {
        let Absence { now_us, ttl_us, up_to } = absence;
        let up_to = up_to.get(&line_of(ticket)).copied().unwrap_or_default();
        let seen_us = self.front.here.get(&ticket.ticket_id);
        ticket.score.raw() <= up_to
            && ticket.joined_at_ms * 1000 + ttl_us <= *now_us
            && seen_us.is_none_or(|seen_us| seen_us + ttl_us <= *now_us)
    }

    /// Passes over tickets that are absent.
    pub(super) fn miss(&mut self, missed: Vec<JoinedTicket>) {
        missed.iter().for_each(|ticket| self.put(ticket, ModelState::Missed));
        if !missed.is_empty() {
            self.tell(RoomEvent::Missed { tickets: missed });
        }
    }
}

const fn line_of(ticket: &JoinedTicket) -> (Lane, VariantId) {
    (ticket.lane, ticket.intent.variant_id)
}

fn ttl_us(presence: Presence) -> i64 {
    i64::from(presence.ttl_ms.get()) * 1000
}

/// Returns the last score within the window.
fn reach_of(presence: Presence, scores: &[Score]) -> u64 {
    let last = scores.get(presence.window.get() as usize - 1).or(scores.last());
    last.map_or(0, |score| score.raw())
}
