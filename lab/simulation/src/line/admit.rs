//! Who is let in.

use super::{
    LineModel, LineReply, ModelState, REMEMBERED,
    choice::{Bounds, Choice, Chosen},
    presence::Absence,
};
use crate::rate::RateRule;
use shared::{
    drops::{CloseReason, DropMode},
    ids::VariantId,
    line::{Admission, AdmitBlock, AdmittedTicket, Intent, JoinedTicket, Lane, RoomEvent},
};
use std::time::Duration;
use uuid::Uuid;

impl LineModel {
    pub(super) fn admit(
        &mut self,
        now_us: i64,
        limit: usize,
        lease_us: i64,
        request: Uuid,
        extra: usize,
    ) -> LineReply {
        if let Some((_, reply)) = self.memo.iter().find(|(id, _)| *id == request) {
            return reply.clone();
        }
        let exhausted = self.is_exhausted();
        let closed_door = self.closed_door(now_us);
        let cap = self.config().occupancy_cap as usize + extra;
        let by_occupancy = cap.saturating_sub(self.occupied());
        // More than this changes neither the answer nor its reason.
        let by_rate = if self.is_manual() {
            usize::MAX
        } else {
            self.by_rate(now_us, limit.max(by_occupancy + 1))
        };
        let want = if closed_door.is_some() { 0 } else { limit.min(by_rate).min(by_occupancy) };

        let waiting = self.waiting();
        let absence = if want > 0 { self.look_at_fronts(now_us) } else { None };
        let chosen = self.choose(&waiting, Bounds { want, limit, exhausted }, absence.as_ref());
        let Chosen { admitted, missed, closed, more_are_absent, is_unserved } = chosen;
        let is_empty = waiting.len() == admitted.len() + missed.len() + closed.len();
        self.miss(missed);
        self.take(now_us, lease_us, &admitted);
        self.close_hopeless(&closed);

        let blocked_by = if closed_door.is_some() || admitted.len() == limit {
            closed_door
        } else if is_empty {
            Some(AdmitBlock::Empty)
        } else if more_are_absent {
            Some(AdmitBlock::Absent)
        } else if is_unserved && admitted.len() < want {
            Some(AdmitBlock::Rate)
        } else if admitted.len() == want {
            Some(if by_rate <= by_occupancy { AdmitBlock::Rate } else { AdmitBlock::Occupancy })
        } else {
            Some(AdmitBlock::Stock)
        };
        let any = !admitted.is_empty();
        let let_in = |ticket| AdmittedTicket { ticket, admitted_at_us: now_us };
        let reply = LineReply::Admitted(Admission {
            at_us: now_us,
            evn: self.room().evn,
            tickets: admitted.into_iter().map(let_in).collect(),
            blocked_by,
            next_due: self.next_due(now_us, blocked_by),
            exhausted,
        });
        if any {
            self.memo.push_front((request, reply.clone()));
            self.memo.truncate(REMEMBERED);
        }
        reply
    }

    /// Returns why nobody at all is let in.
    fn closed_door(&self, now_us: i64) -> Option<AdmitBlock> {
        let config = self.config();
        if self.ended.is_some() || config.closes_at_us.is_some_and(|at| now_us >= at) {
            return Some(AdmitBlock::Closed);
        }
        if now_us < config.opens_at_us {
            return Some(AdmitBlock::NotOpen);
        }
        match config.mode {
            DropMode::Paused => Some(AdmitBlock::Paused),
            DropMode::Hold => Some(AdmitBlock::Hold),
            DropMode::Maintenance => Some(AdmitBlock::Maintenance),
            DropMode::Stopped => Some(AdmitBlock::Stopped),
            DropMode::Running | DropMode::Drain => {
                (now_us < self.room().grace_until_us).then_some(AdmitBlock::Grace)
            }
        }
    }

    /// Returns how long until time alone may let somebody in.
    fn next_due(&self, now_us: i64, blocked_by: Option<AdmitBlock>) -> Option<Duration> {
        let due_us = match blocked_by? {
            AdmitBlock::NotOpen => self.config().opens_at_us - now_us,
            AdmitBlock::Grace => self.room().grace_until_us - now_us,
            AdmitBlock::Rate if self.is_manual() => return None,
            AdmitBlock::Rate => self.rate().next_due_us(self.tat, now_us as f64) as i64,
            AdmitBlock::Occupancy
            | AdmitBlock::Stock
            | AdmitBlock::Paused
            | AdmitBlock::Hold
            | AdmitBlock::Maintenance
            | AdmitBlock::Stopped
            | AdmitBlock::Closed
            | AdmitBlock::Absent
            | AdmitBlock::Empty => return None,
        };
        Some(Duration::from_micros(due_us as u64))
    }

    /// Whether it would repeat its answer to this request, rather than let anybody in.
    #[must_use]
    pub fn remembers(&self, request: Uuid) -> bool {
        self.memo.iter().any(|(id, _)| *id == request)
    }

    fn rate(&self) -> RateRule {
        RateRule::per_second(self.config().admission_rate_per_second)
    }

    fn by_rate(&self, now_us: i64, at_most: usize) -> usize {
        self.rate().n_free(self.tat, now_us as f64, at_most)
    }

    /// Whether nothing is left of any variant, and nothing can come back.
    fn is_exhausted(&self) -> bool {
        let variants = &self.config().variants;
        !variants.is_empty() && variants.iter().all(|id| self.ever(*id) == Some(0))
    }

    /// Returns what a ticket is let in for: what it asks for, or all that could ever become free where
    /// that is less and its shopper chooses among them.
    #[must_use]
    pub fn granted(&self, asked: Intent) -> Intent {
        match self.ever(asked.variant_id) {
            Some(ever @ 1..) if self.config().takes_most => {
                Intent { units: asked.units.min(ever), ..asked }
            }
            _ => asked,
        }
    }

    /// Whether somebody who is let in gets fewer units than their ticket in this line asks for.
    #[must_use]
    pub fn gets_fewer(&self, let_in: &JoinedTicket) -> bool {
        let waiting = self.tickets.get(&let_in.ticket_id).and_then(|ticket| ticket.joined);
        waiting.is_some_and(|asked| let_in.intent.units < asked.intent.units)
    }

    /// Returns the units that could ever become free; `None` without a stock figure, or where units
    /// are not what is waited for.
    #[must_use]
    pub fn ever(&self, variant_id: VariantId) -> Option<u32> {
        if !self.has_stock() {
            return None;
        }
        self.stock.get(&variant_id).map(|stock| stock.available + stock.reserved)
    }

    /// Chooses who is let in, who is passed over, and who never can be let in: the lanes with a share by
    /// turns, then the others.
    fn choose(
        &mut self,
        waiting: &[JoinedTicket],
        bounds: Bounds,
        absence: Option<&Absence>,
    ) -> Chosen {
        let (shares, mut turns) = (self.shares(), self.turns.clone());
        let mut choice = Choice::of(self, waiting, bounds, absence);
        for has_share in [true, false] {
            let of_kind = shares.iter().filter(|(_, percent)| (**percent > 0) == has_share);
            let mut lanes: Vec<Lane> = of_kind.map(|(lane, _)| *lane).collect();
            while choice.goes_on()
                && let Some(lane) = turns.first_of(&lanes)
            {
                if !choice.let_one_in(lane) {
                    lanes.retain(|other| *other != lane);
                } else if has_share {
                    turns.count(lane, shares[&lane]);
                }
            }
        }
        let chosen = choice.chosen;
        if !self.lanes.is_empty() {
            self.turns = turns;
        }
        chosen
    }

    fn take(&mut self, now_us: i64, lease_us: i64, admitted: &[JoinedTicket]) {
        for joined in admitted {
            let state = ModelState::InFlight {
                deadline_us: now_us + lease_us,
                position: None,
                admitted_at_us: now_us,
            };
            self.put(joined, state);
        }
        if !admitted.is_empty() || self.tat.is_none() {
            self.tat = Some(self.rate().after(self.tat, now_us as f64, admitted.len()));
        }
        if !admitted.is_empty() {
            self.tell(RoomEvent::Admitted {
                tickets: admitted.iter().map(JoinedTicket::ticket_score).collect(),
            });
        }
    }

    fn close_hopeless(&mut self, closed: &[JoinedTicket]) {
        let reason = CloseReason::NotEnough;
        for ticket in closed {
            self.close(ticket.key(), reason);
        }
        if !closed.is_empty() {
            let tickets = closed.iter().map(JoinedTicket::ticket_score).collect();
            self.tell(RoomEvent::Closed { reason, tickets });
        }
    }
}
