//! What a replica tells: positions and what those who wait may expect, what the room says to everybody,
//! and what changed since something was shown.

use super::{Replica, Rise};
use crate::room::{EtaReason, Prospects, RoomLimits, RoomNotice};
use shared::{
    drops::CloseReason,
    ids::VariantId,
    line::{EventPoint, JoinedTicket, Lane, Score, VariantUnits},
};

impl Replica {
    /// The position of a ticket among those who want the same variant in the same lane, people
    /// ahead + 1; `None` when it does not wait.
    #[must_use]
    pub fn position_of(&self, lane: Lane, variant_id: VariantId, score: Score) -> Option<u64> {
        self.lines.position_of((lane, variant_id), score)
    }

    /// People waiting for a variant in a lane.
    #[must_use]
    pub fn waiting_in(&self, lane: Lane, variant_id: VariantId) -> u64 {
        self.lines.waiting_in((lane, variant_id))
    }

    /// What is left of a variant; `None` while that is not known.
    pub(crate) fn units_of(&self, variant_id: VariantId) -> Option<VariantUnits> {
        self.units.iter().copied().find(|units| units.variant_id == variant_id)
    }

    /// What a waiting ticket at this position may expect.
    pub(crate) fn prospects(&self, ticket: &JoinedTicket, position: u64) -> Prospects {
        let line = (ticket.lane, ticket.intent.variant_id);
        self.forecast.prospects(line, position, ticket.intent.units)
    }

    /// Why it may take longer than was told with the event `seen`, at a position that rose for this
    /// reason, if it did.
    pub(crate) fn slowed_since(&self, seen: EventPoint, rise: Option<Rise>) -> EtaReason {
        if seen.epoch < self.point.epoch || rise == Some(Rise::Rebuild) {
            EtaReason::Rebuild
        } else if rise == Some(Rise::Returned) {
            EtaReason::Returned
        } else {
            self.forecast.slowed_since(seen)
        }
    }

    /// People waiting for any variant, in all lanes.
    pub(crate) fn waiting(&self) -> u64 {
        self.lines.waiting()
    }

    /// The last event that was applied.
    pub(crate) const fn point(&self) -> EventPoint {
        self.point
    }

    /// What everybody in the room is told.
    pub(crate) const fn notice(&self) -> &RoomNotice {
        &self.notice
    }

    /// The limits by which those who wait are told a time, once any are known.
    pub(crate) fn limits(&self) -> Option<RoomLimits> {
        self.forecast.limits()
    }

    /// Why the line ended, once it has.
    pub(crate) const fn ended(&self) -> Option<CloseReason> {
        self.ended
    }

    /// Whether what everybody is told changed after `seen`.
    pub(crate) fn is_noticed_since(&self, seen: EventPoint) -> bool {
        self.noticed_at > seen
    }

    /// Why a position shown at `seen` may be higher now, if it may.
    pub(crate) fn rise_since(&self, seen: EventPoint) -> Option<Rise> {
        if seen.epoch < self.point.epoch {
            return Some(Rise::Rebuild);
        }
        self.last_rise.filter(|(at, _)| *at > seen).map(|(_, rise)| rise)
    }
}
