//! What each lane had when somebody was let in.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    ids::TicketId,
    line::{Epoch, Lane, Score},
};

use crate::lives::{LineName, TicketLife};

/// A ticket that was let in, in a room with several lanes.
#[derive(Debug, Clone)]
pub(crate) struct LanePick {
    pub(crate) epoch: Epoch,
    pub(crate) ticket_id: TicketId,
    pub(crate) lane: Lane,
    /// The lanes whose next ticket could have been let in instead, and its own.
    pub(crate) fitting: BTreeSet<Lane>,
}

impl LanePick {
    /// Looks at those at the front of the lines, the ticket included: whoever wants the same variant
    /// and no more units of it could have been let in instead. `None` while there is one lane.
    pub(super) fn of(
        epoch: Epoch,
        ticket_id: TicketId,
        life: &TicketLife,
        lines: &BTreeMap<LineName, BTreeMap<Score, (TicketId, u32)>>,
    ) -> Option<Self> {
        let LineName { lane, variant_id } = life.line;
        if lines.keys().all(|name| name.lane == lane) {
            return None;
        }
        let same_variant = lines.iter().filter(|(name, _)| name.variant_id == variant_id);
        let fits = same_variant.filter(|(_, waiting)| {
            waiting.first_key_value().is_some_and(|(_, (_, units))| *units <= life.units)
        });
        let mut fitting: BTreeSet<Lane> = fits.map(|(name, _)| name.lane).collect();
        fitting.insert(lane);
        Some(Self { epoch, ticket_id, lane, fitting })
    }
}
