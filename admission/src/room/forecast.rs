//! What those who wait in a room may expect: how long it takes, and whether a unit is left for them.
//!
//! Events are only counted. Each look at the room's header makes the outlooks of its lines anew, so that a
//! frame finds one and asks it, however many listen. Pure: no I/O, and the time is that of the headers.

use super::{
    limits::RoomLimits,
    looked::{Looked, Movements},
    prospects::{EtaReason, Prospects},
    shares::{LineKey, LineLengths, LineShares},
};
use shared::{
    decide::{outlook::LineOutlook, pace::RoomPace},
    line::{Configured, EventPoint, RoomHeader, VariantUnits},
};
use std::{collections::BTreeMap, mem};

/// A part of the units of a variant that a line is taken to get at least.
const LEAST_SHARE: f64 = 0.01;

/// What is known of how a room's lines go on.
#[derive(Clone, Debug, Default)]
pub(super) struct Forecast {
    pace: RoomPace,
    shares: LineShares,
    /// What happened since the last look.
    counted: Movements,
    looked: Option<Looked>,
    outlooks: BTreeMap<LineKey, LineOutlook>,
    /// Those that the last event told: a header may be ahead of the events.
    limits: Option<RoomLimits>,
    configured_at: Option<EventPoint>,
    lowered_at: Option<EventPoint>,
    resumed_at: Option<EventPoint>,
}

impl Forecast {
    /// Counts somebody who was let in.
    pub(super) fn note_admitted(&mut self, line: LineKey) {
        self.counted.admitted += 1;
        self.shares.note(line);
    }

    /// Counts those whose shoppers left.
    pub(super) const fn note_left(&mut self, n_tickets: usize) {
        self.counted.left += n_tickets as u64;
    }

    /// Counts those who were passed over, since nobody was there at their turn.
    pub(super) const fn note_missed(&mut self, n_tickets: usize) {
        self.counted.missed += n_tickets as u64;
    }

    /// Counts those among them who stand at their own place again.
    pub(super) const fn note_back(&mut self, n_tickets: usize) {
        self.counted.came_back += n_tickets as u64;
    }

    /// Takes in a look at the room.
    pub(super) fn look(&mut self, header: &RoomHeader, lines: &LineLengths) {
        let counted = mem::take(&mut self.counted);
        let mut looked = Looked::first(header);
        self.limits.get_or_insert_with(|| (&header.config.told()).into());
        self.shares.set_lanes(&header.config.lanes);
        if let Some(before) = self.looked {
            looked = before.next(header, counted.admitted);
            self.shares.fade(looked.seconds_since(&before));
            // A header that was read before the last change does not undo it.
            if self.configured_at.is_some_and(|at| header.evn < at.evn) {
                looked = looked.with_limits_of(&before);
            }
        }
        let eligible = looked.eligible(lines, &header.units);
        self.pace.look(looked.as_pace(lines, &eligible, counted));
        self.looked = Some(looked);
        self.make_outlooks(lines, &header.units);
    }

    /// Takes in a change of limits or mode, the event `point`.
    pub(super) fn configure(
        &mut self,
        point: EventPoint,
        configured: &Configured,
        lines: &LineLengths,
        units: &[VariantUnits],
    ) {
        self.configured_at = Some(point);
        let limits = RoomLimits::from(configured);
        if self.limits.replace(limits).is_some_and(|before| limits.is_lower_than(before)) {
            self.lowered_at = Some(point);
        }
        let Some(before) = self.looked else { return };
        let looked = before.configured(configured);
        if looked.admits() && !before.admits() {
            self.resumed_at = Some(point);
        }
        self.looked = Some(looked);
        self.make_outlooks(lines, units);
    }

    /// The limits by which the times are told, once any are known.
    pub(super) const fn limits(&self) -> Option<RoomLimits> {
        self.limits
    }

    /// What somebody may expect who stands at a position of a line and wants so many units, or up to so
    /// many where they choose at their turn.
    pub(super) fn prospects(&self, line: LineKey, position: u64, units: u32) -> Prospects {
        let Some(outlook) = self.outlooks.get(&line) else { return Prospects::default() };
        let eta = outlook.eta(position).ok();
        let needed = self.looked.map_or(units, |looked| looked.needed(units));
        let seconds = |ms: u64| u32::try_from(ms.div_ceil(1000)).unwrap_or(u32::MAX);
        Prospects {
            eta_p50_s: eta.map(|eta| seconds(eta.p50_ms)),
            eta_p90_s: eta.map(|eta| seconds(eta.p90_ms)),
            eta_reason: None,
            odds_percent: outlook.odds_percent(position, needed),
            standby: outlook.is_standby(),
        }
    }

    /// Why it may take longer than was told with the event `seen`.
    pub(super) fn slowed_since(&self, seen: EventPoint) -> EtaReason {
        let is_since = |at: Option<EventPoint>| at.is_some_and(|at| at > seen);
        if is_since(self.resumed_at) {
            EtaReason::Paused
        } else if is_since(self.lowered_at) {
            EtaReason::RateLowered
        } else {
            EtaReason::Slower
        }
    }

    /// Makes the outlooks of these lines, as far as a look has told how the room moves.
    pub(super) fn make_outlooks(&mut self, lines: &LineLengths, units: &[VariantUnits]) {
        let Some(looked) = self.looked else { return };
        let (observed, eligible) = (self.pace.observed(), looked.eligible(lines, units));
        let outlook = |line: LineKey| LineOutlook {
            flow: looked.flow(self.shares.of(line, &eligible), observed),
            stock: looked.stock(units, line, self.share_of_variant(line, lines)),
        };
        self.outlooks = lines.iter().map(|(line, _)| (*line, outlook(*line))).collect();
    }

    /// A line's part of those who are let in for the same variant: other lanes may want it, too.
    fn share_of_variant(&self, line: LineKey, lines: &LineLengths) -> f64 {
        let same = lines.iter().copied().filter(|((_, variant_id), _)| *variant_id == line.1);
        self.shares.of(line, &same.collect::<Vec<_>>()).max(LEAST_SHARE)
    }
}

#[cfg(test)]
mod tests;
