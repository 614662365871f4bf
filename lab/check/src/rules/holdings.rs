//! What orders hold and have, by their states alone.

use std::collections::HashSet;

use shared::{ids::OrderId, lifecycle::TicketState};

use crate::evidence::{Evidence, OrderEvidence};

/// Tells what each order should hold and have.
pub(super) struct Holdings {
    /// Whether a pass holds one of so many visits until that begins.
    passes_hold: bool,
    /// Orders that keep what they held: their visits have begun.
    begun: HashSet<OrderId>,
}

impl Holdings {
    pub(super) fn of(evidence: &Evidence) -> Self {
        let passes_hold = evidence.drop.max_visits.is_some();
        let begun = if passes_hold { evidence.visits_begun() } else { HashSet::new() };
        Self { passes_hold, begun }
    }

    /// Returns the units that an order holds, and those that it has for good.
    pub(super) fn units(&self, order: &OrderEvidence) -> (i64, i64) {
        let units = i64::from(order.units_asked);
        if order.is_confirmed() || self.begun.contains(&order.id) {
            return (0, units);
        }
        let waits_for_visit = self.passes_hold && order.state == TicketState::Passed;
        if order.state.holds_units() || waits_for_visit { (units, 0) } else { (0, 0) }
    }
}
