//! What a look at a room's header found, and what was sold since the first. Pure: no I/O.

use super::shares::{LineKey, LineLengths};
use shared::{
    decide::{
        eta::{LineFlow, NoEta},
        odds::LineStock,
        pace::{ObservedPace, PaceLook},
    },
    drops::DropMode,
    ids::VariantId,
    line::{Configured, RoomHeader, VariantUnits},
};

/// Looks within which `extra` falls to about a third, while nothing more is seen of it.
const EXTRA_FADES: u32 = 16;

/// What a look found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Looked {
    at_us: i64,
    halted: Option<NoEta>,
    rate_per_second: f64,
    occupancy_cap: u32,
    /// Tickets above the cap that were seen inside just after others were let in: where some never show
    /// up, so many more may come in.
    extra: u32,
    occupied: u32,
    max_units_per_ticket: u32,
    /// Whether each ticket takes as many, as far as there are as many.
    takes_most: bool,
    sales: Sales,
}

/// What happened between two looks.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Movements {
    /// Who was let in.
    pub(super) admitted: u64,
    /// Whose shoppers left.
    pub(super) left: u64,
    /// Who was passed over, and who of those came back to their place.
    pub(super) missed: u64,
    pub(super) came_back: u64,
}

/// What the first look found, and how many were let in since.
#[derive(Clone, Copy, Debug)]
struct Sales {
    occupied: u32,
    unsold: u64,
    n_admitted: u64,
}

impl Looked {
    /// What the first header says.
    pub(super) fn first(header: &RoomHeader) -> Self {
        let occupied = header.occupied;
        Self {
            at_us: header.now_us,
            halted: halted(header),
            rate_per_second: header.config.admission_rate_per_second,
            occupancy_cap: header.config.occupancy_cap,
            extra: 0,
            occupied,
            max_units_per_ticket: header.config.max_units_per_ticket,
            takes_most: header.config.takes_most,
            sales: Sales { occupied, unsold: unsold(&header.units), n_admitted: 0 },
        }
    }

    /// What the next header says, after so many were let in.
    pub(super) fn next(&self, header: &RoomHeader, n_admitted: u64) -> Self {
        let next = Self::first(header);
        let above = next.occupied.saturating_sub(next.occupancy_cap);
        let seen = if n_admitted > 0 { above } else { 0 };
        let n_admitted = self.sales.n_admitted + n_admitted;
        let extra = seen.max(self.extra - self.extra.div_ceil(EXTRA_FADES));
        Self { extra, sales: Sales { n_admitted, ..self.sales }, ..next }.with_extra_since(self)
    }

    /// The same without anybody above a cap that is not the one `before`.
    const fn with_extra_since(self, before: &Self) -> Self {
        let is_same_cap = self.occupancy_cap == before.occupancy_cap;
        Self { extra: if is_same_cap { self.extra } else { 0 }, ..self }
    }

    /// The same with the limits and the mode of another.
    pub(super) const fn with_limits_of(self, other: &Self) -> Self {
        let Self { halted, rate_per_second, occupancy_cap, extra, .. } = *other;
        Self { halted, rate_per_second, occupancy_cap, extra, ..self }
    }

    /// The same with other limits and another mode.
    pub(super) fn configured(&self, configured: &Configured) -> Self {
        let stays = matches!(self.halted, Some(NoEta::NotOpen | NoEta::ByHand));
        Self {
            halted: if stays { self.halted } else { halted_by(configured.mode) },
            rate_per_second: configured.admission_rate_micro as f64 / 1e6,
            occupancy_cap: configured.occupancy_cap,
            ..*self
        }
        .with_extra_since(self)
    }

    /// Whether people are let in.
    pub(super) const fn admits(&self) -> bool {
        self.halted.is_none()
    }

    /// Seconds from another look to this one.
    pub(super) fn seconds_since(&self, before: &Self) -> f64 {
        (self.at_us - before.at_us) as f64 / 1e6
    }

    /// The look as it is counted, with what happened since the one before.
    pub(super) fn as_pace(
        &self,
        lines: &LineLengths,
        eligible: &LineLengths,
        counted: Movements,
    ) -> PaceLook {
        let Movements { admitted, left, missed, came_back } = counted;
        let waiting = |lines: &LineLengths| lines.iter().map(|(_, waiting)| waiting).sum::<u64>();
        PaceLook {
            at_us: self.at_us,
            admits: self.admits(),
            waiting: waiting(lines),
            eligible: waiting(eligible),
            occupied: self.occupied,
            occupancy_cap: self.most_inside(),
            rate_per_second: self.rate_per_second,
            admitted,
            left,
            missed,
            came_back,
        }
    }

    /// How many may be inside, those included who are let in in place of others.
    const fn most_inside(&self) -> u32 {
        self.occupancy_cap.saturating_add(self.extra)
    }

    /// How a line moves that gets a `share` of what was observed of the room.
    pub(super) const fn flow(&self, share: f64, observed: ObservedPace) -> LineFlow {
        LineFlow {
            halted: self.halted,
            rate_per_second: self.rate_per_second,
            occupancy_cap: self.most_inside(),
            occupied: self.occupied,
            share,
            observed,
        }
    }

    /// How many units whoever wants so many has to find: one, where they choose at their turn.
    pub(super) const fn needed(&self, units: u32) -> u32 {
        if self.takes_most { 1 } else { units }
    }

    /// Whether the first of a line is not let in, since fewer units are left than they take and some that
    /// others hold may come back. Nobody takes more than all.
    fn has_too_few(&self, units: &VariantUnits) -> bool {
        let unsold = units.left.saturating_add(units.held);
        let least = if self.takes_most { self.max_units_per_ticket.min(unsold).max(1) } else { 1 };
        units.left < least
    }

    /// The lines whose first may be let in: there are units for them, or they wait for none.
    pub(super) fn eligible(
        &self,
        lines: &LineLengths,
        units: &[VariantUnits],
    ) -> Vec<(LineKey, u64)> {
        let is_out =
            |id: VariantId| units.iter().any(|one| one.variant_id == id && self.has_too_few(one));
        lines.iter().copied().filter(|((_, variant_id), _)| !is_out(*variant_id)).collect()
    }

    /// The units that a line waits for, of which it gets a `share`; `None` where nothing is known of them.
    pub(super) fn stock(
        &self,
        units: &[VariantUnits],
        (_, variant_id): LineKey,
        share: f64,
    ) -> Option<LineStock> {
        let own = units.iter().find(|one| one.variant_id == variant_id)?;
        let n_held: u64 = units.iter().map(|one| u64::from(one.held)).sum();
        let most = f64::from(self.max_units_per_ticket.max(1));
        let units_per_ticket = (n_held as f64 / f64::from(self.occupied.max(1))).clamp(1.0, most);
        let Sales { occupied, unsold: at_first, n_admitted } = self.sales;
        // Too few for the next in line are waited for like those that others hold.
        let left = if self.has_too_few(own) { 0 } else { own.left };
        let sold = at_first.saturating_sub(unsold(units)) as f64;
        Some(LineStock {
            left,
            held: own.held + (own.left - left),
            share,
            units_per_ticket,
            bought: sold / units_per_ticket,
            ended: f64::from(occupied) + n_admitted as f64 - f64::from(self.occupied),
        })
    }
}

/// Units that are left or may come back.
fn unsold(units: &[VariantUnits]) -> u64 {
    units.iter().map(|one| u64::from(one.left) + u64::from(one.held)).sum()
}

/// Why a room lets nobody in, if it doesn't, or why nobody can tell when it does.
fn halted(header: &RoomHeader) -> Option<NoEta> {
    let config = &header.config;
    if config.ended.is_some() {
        Some(NoEta::Halted)
    } else if config.manual.is_some() {
        Some(NoEta::ByHand)
    } else if header.now_us < config.opens_at_us.max(header.grace_until_us) {
        Some(NoEta::NotOpen)
    } else {
        halted_by(config.mode)
    }
}

const fn halted_by(mode: DropMode) -> Option<NoEta> {
    if mode.admits() { None } else { Some(NoEta::Halted) }
}

#[cfg(test)]
mod tests;
