//! How well a drop's slots were used: the places of those who are let in and not finished.
//!
//! Only the time counts in which somebody waited who could have been let in: the line was running,
//! nothing was broken, and, where there is stock, a unit was free for them. A slot is taken from
//! the admission to the end of the order or pass, as the log and Postgres have them. A rate that
//! lets fewer in than finish leaves slots empty, too; what share is enough is for whoever chose
//! both.

use std::{collections::HashMap, fmt};

use serde::{Deserialize, Serialize};
use shared::ids::{OrderId, VariantId};

use crate::{
    evidence::Evidence,
    faults::RECOVERY_US,
    lives::Standing,
    replay::{RoomReplay, WaitingByVariant},
};

/// The time of a drop's slots while somebody waited who could have been let in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotUse {
    /// Of all slots together, in milliseconds.
    pub slot_ms: u64,
    /// Of those that somebody had, likewise.
    pub used_ms: u64,
}

impl SlotUse {
    pub(crate) fn of(evidence: &Evidence, room: &RoomReplay) -> Self {
        // Where people are counted in by hand, nothing tells who could have been let in.
        if evidence.drop.manual {
            return Self::default();
        }
        let has_stock = evidence.has_stock();
        let mut now = Moment::new(evidence.drop.occupancy_cap.into());
        let (mut slot_us, mut used_us, mut since_us) = (0, 0, i64::MIN);
        for (at_us, change) in changes(evidence, room) {
            if at_us > since_us
                && now.somebody_could_be_let_in(has_stock)
                && evidence.is_quiet(since_us.saturating_sub(RECOVERY_US), at_us)
            {
                let span_us = i128::from(at_us - since_us);
                slot_us += span_us * i128::from(now.n_slots);
                used_us += span_us * i128::from(now.n_taken.min(now.n_slots));
            }
            now.apply(change);
            since_us = at_us;
        }
        let ms = |us: i128| u64::try_from(us / 1_000).unwrap_or_default();
        Self { slot_ms: ms(slot_us), used_ms: ms(used_us) }
    }

    /// Returns the share that was used, 0 to 1; `None` if nobody ever waited who could have been
    /// let in.
    #[must_use]
    pub fn share(self) -> Option<f64> {
        (self.slot_ms > 0).then(|| self.used_ms as f64 / self.slot_ms as f64)
    }
}

impl fmt::Display for SlotUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(share) = self.share() else {
            return write!(f, "slots in use: nobody waited who could have been let in");
        };
        let (percent, seconds) = (share * 100.0, self.slot_ms as f64 / 1_000.0);
        write!(f, "slots in use: {percent:.1} % of {seconds:.1} s of slots while somebody waited")
    }
}

/// Something that changes who may be let in.
#[derive(Clone, Copy)]
enum SlotChange<'a> {
    /// Other limits.
    Slots { n_slots: i64, is_running: bool },
    /// Others wait.
    Waiting(&'a WaitingByVariant),
    /// A slot is taken, or given back.
    Taken(i64),
    /// Units of a variant became free, or are not any more.
    Free(VariantId, i64),
    /// The line has ended.
    Over,
}

/// What is known at a moment.
struct Moment<'a> {
    n_slots: i64,
    n_taken: i64,
    is_running: bool,
    waiting: Option<&'a WaitingByVariant>,
    /// Free by the moves, less those of tickets that are let in and not processed.
    free: HashMap<VariantId, i64>,
}

impl<'a> Moment<'a> {
    fn new(n_slots: i64) -> Self {
        Self { n_slots, n_taken: 0, is_running: true, waiting: None, free: HashMap::new() }
    }

    fn apply(&mut self, change: SlotChange<'a>) {
        match change {
            SlotChange::Slots { n_slots, is_running } => {
                (self.n_slots, self.is_running) = (n_slots, is_running);
            }
            SlotChange::Waiting(waiting) => self.waiting = Some(waiting),
            SlotChange::Taken(n) => self.n_taken += n,
            SlotChange::Free(variant_id, n) => *self.free.entry(variant_id).or_default() += n,
            SlotChange::Over => self.is_running = false,
        }
    }

    fn somebody_could_be_let_in(&self, has_stock: bool) -> bool {
        let is_served = |(variant_id, n_waiting): (&VariantId, &usize)| {
            let free = self.free.get(variant_id).copied().unwrap_or_default();
            *n_waiting > 0 && (!has_stock || free > 0)
        };
        self.is_running && self.waiting.is_some_and(|waiting| waiting.iter().any(is_served))
    }
}

/// Everything that matters, in order.
fn changes<'a>(evidence: &Evidence, room: &'a RoomReplay) -> Vec<(i64, SlotChange<'a>)> {
    let limits = room.configured.iter().map(|(at_us, configured)| {
        let is_running = configured.mode.admits();
        let n_slots = i64::from(configured.occupancy_cap);
        (*at_us, SlotChange::Slots { n_slots, is_running })
    });
    let waiting = room.waiting.iter().map(|(at_us, line)| (*at_us, SlotChange::Waiting(line)));
    let moves = evidence.moves.iter();
    let moves = moves.map(|change| {
        (change.at_us, SlotChange::Free(change.variant_id, change.d_available.into()))
    });
    let ended_us = [room.ended_us, evidence.drop.ended_at_us].into_iter().flatten().min();
    let over = ended_us.map(|at_us| (at_us, SlotChange::Over));
    let mut changes: Vec<(i64, SlotChange<'a>)> =
        limits.chain(waiting).chain(moves).chain(over).collect();
    changes.extend(stays(evidence, room));
    changes.sort_by_key(|(at_us, _)| *at_us);
    changes
}

/// The stay of each ticket that was let in, from its admission to its end. Its units count as free
/// again once its order is processed: from then on the moves tell of them.
fn stays(evidence: &Evidence, room: &RoomReplay) -> Vec<(i64, SlotChange<'static>)> {
    let processed = evidence.orders.iter().map(|order| (order.id, order.processed_at_us));
    let processed_us: HashMap<OrderId, i64> = processed.collect();
    let ends = evidence.transitions.iter().filter(|transition| transition.terminal);
    let ended_us: HashMap<OrderId, i64> =
        ends.map(|transition| (transition.order_id, transition.at_us)).collect();
    let let_in = evidence.units_let_in();
    let mut changes = Vec::new();
    for (id, life) in &room.tickets {
        let (Standing::Admitted, Some(admitted_us)) = (life.standing(), life.admitted_at_us())
        else {
            continue;
        };
        let order_id = OrderId::from(*id);
        let units = i64::from(let_in.get(id).copied().unwrap_or(life.units));
        let variant_id = life.line.variant_id;
        changes.push((admitted_us, SlotChange::Taken(1)));
        changes.push((admitted_us, SlotChange::Free(variant_id, -units)));
        let processed_us = processed_us.get(&order_id);
        changes.extend(processed_us.map(|at_us| (*at_us, SlotChange::Free(variant_id, units))));
        changes.extend(ended_us.get(&order_id).map(|at_us| (*at_us, SlotChange::Taken(-1))));
    }
    changes
}
