//! Limits, mode, and the end of a line.

use super::{LineModel, LineReply};
use crate::rate::RateRule;
use shared::{
    drops::CloseReason,
    line::{CloseProgress, ConfigChange, JoinedTicket, RoomConfig, RoomEvent},
};
use std::collections::BTreeSet;

impl LineModel {
    pub(super) fn configure(&mut self, now_us: i64, config: &RoomConfig) -> LineReply {
        let old = self.config().clone();
        if old.version > config.version {
            return self.configured(now_us, false, false);
        }
        let from = RateRule::per_second(old.admission_rate_per_second);
        let to = RateRule::per_second(config.admission_rate_per_second);
        if let Some(tat_us) = self.tat
            && from != to
        {
            self.tat = Some(to.carry_over(from, tat_us, now_us as f64));
        }
        self.lanes.extend(config.lanes.iter().map(|one| one.lane));
        self.config = Some(config.clone());
        let changed = old.told() != config.told();
        if changed {
            self.tell(RoomEvent::Configured(config.told()));
        }
        self.configured(now_us, true, changed)
    }

    fn configured(&self, at_us: i64, applied: bool, changed: bool) -> LineReply {
        LineReply::Configured(ConfigChange { at_us, evn: self.room().evn, applied, changed })
    }

    pub(super) fn end(&mut self, reason: CloseReason) -> LineReply {
        if self.ended.is_none() {
            self.ended = Some(reason);
            self.tell(RoomEvent::Ended { reason });
        }
        LineReply::Ended(self.ended.unwrap_or(reason))
    }

    pub(super) fn close_waiting(
        &mut self,
        reason: CloseReason,
        limit: usize,
        up_to: u64,
    ) -> LineReply {
        let (waiting, missed) = (self.waiting(), self.missed());
        let gone = reached(&waiting, up_to).chain(reached(&missed, up_to)).take(limit);
        let gone: Vec<JoinedTicket> = gone.copied().collect();
        gone.iter().for_each(|ticket| self.close(ticket.key(), reason));
        let closed = gone.len() as u64;
        let remaining = (waiting.len() + missed.len()) as u64 - closed;
        if closed > 0 {
            let tickets = gone.iter().map(JoinedTicket::ticket_score).collect();
            self.tell(RoomEvent::Closed { reason, tickets });
        }
        LineReply::Closed(CloseProgress { evn: self.room().evn, closed, remaining })
    }
}

/// Returns those with this number or a lower one, but nobody behind one in their lane who has a higher
/// one.
fn reached(tickets: &[JoinedTicket], up_to: u64) -> impl Iterator<Item = &JoinedTicket> {
    let mut stopped = BTreeSet::new();
    tickets.iter().filter(move |ticket| {
        if ticket.score.number() > up_to {
            stopped.insert(ticket.lane);
        }
        !stopped.contains(&ticket.lane)
    })
}
