//! Which records of a batch are taken, and what each of them is.

use super::{
    batch::{BatchRecord, DeadReason, OrderBatch, RecordContent},
    locked_drop::LockedDrop,
};
use crate::ordering::boundaries::Boundary;
use jiff::Timestamp;
use shared::{
    ids::{DropId, OrderId, TicketId},
    lifecycle::TicketState,
    messages::PlaceOrder,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// Pause before looking again at a drop whose line is being rebuilt.
const REBUILD_PAUSE: Duration = Duration::from_millis(50);

/// What a record turns out to be.
pub(super) enum Fate<'a> {
    /// A command that has no order yet.
    New(&'a PlaceOrder),
    /// It has an order, or comes earlier in this batch.
    Duplicate(&'a PlaceOrder, Option<TicketState>),
    /// It belongs to an epoch that was rebuilt without it.
    PassedOver,
    /// It goes to the dead letters; its ticket, if known, ends as `dead`.
    Dead { reason: DeadReason, detail: String, order: Option<&'a PlaceOrder> },
}

/// The records that are taken, in order.
pub(super) struct Taken<'a> {
    pub(super) records: Vec<(&'a BatchRecord, Fate<'a>)>,
    /// How long until the next record may pass, if the order rate stopped here.
    pub(super) wait: Option<Duration>,
}

/// Takes the records that the order rates allow, always a prefix, so that nobody is passed over.
/// Advances the arrival times of the drops.
pub(super) fn take<'a>(
    batch: &'a OrderBatch,
    drops: &mut BTreeMap<DropId, LockedDrop>,
    existing: &BTreeMap<OrderId, TicketState>,
    now: Timestamp,
) -> Taken<'a> {
    let now_us = now.as_microsecond() as f64;
    let mut pace = Pace::new(drops, batch.records.len(), now_us);
    let mut seen = BTreeSet::new();
    let mut taken = Taken { records: Vec::with_capacity(batch.records.len()), wait: None };
    for (at, record) in batch.records.iter().enumerate() {
        let fate = fate(batch, record, drops, existing, &seen);
        if let Some(command) = fate.placed() {
            if drops.get(&command.drop_id).is_some_and(|flash_drop| flash_drop.is_rebuilding) {
                taken.wait = Some(REBUILD_PAUSE);
                break;
            }
            if !pace.pass(command.drop_id) {
                taken.wait = pace.wait(drops, command.drop_id, batch.records.len() - at, now_us);
                break;
            }
            seen.insert(command.ticket_id);
        }
        taken.records.push((record, fate));
    }
    pace.store(drops, now_us);
    taken
}

impl Fate<'_> {
    /// The command that is to be decided.
    pub(super) const fn wanted(&self) -> Option<&PlaceOrder> {
        match self {
            Self::New(command) => Some(command),
            Self::Duplicate(..) | Self::PassedOver | Self::Dead { .. } => None,
        }
    }

    /// The command that gets an order row by this record, whatever becomes of it.
    pub(super) const fn placed(&self) -> Option<&PlaceOrder> {
        match self {
            Self::New(command) | Self::Dead { order: Some(command), .. } => Some(command),
            Self::Duplicate(..) | Self::PassedOver | Self::Dead { order: None, .. } => None,
        }
    }
}

fn fate<'a>(
    batch: &OrderBatch,
    record: &'a BatchRecord,
    drops: &BTreeMap<DropId, LockedDrop>,
    existing: &BTreeMap<OrderId, TicketState>,
    seen: &BTreeSet<TicketId>,
) -> Fate<'a> {
    let is_new = |command: &&PlaceOrder| {
        drops.contains_key(&command.drop_id)
            && !seen.contains(&command.ticket_id)
            && !existing.contains_key(&command.ticket_id.into())
    };
    let command = match &record.content {
        RecordContent::Command(command) => command,
        RecordContent::Dead { reason, detail, command } => {
            let order = command.as_ref().filter(is_new);
            return Fate::Dead { reason: *reason, detail: detail.clone(), order };
        }
    };
    let foreign = |detail: String| Fate::Dead {
        reason: DeadReason::ForeignDrop,
        detail,
        order: Some(command).filter(is_new),
    };
    let Some(flash_drop) = drops.get(&command.drop_id) else {
        return foreign(format!("there is no drop {}", command.drop_id));
    };
    if flash_drop.partition.is_some_and(|partition| partition != batch.partition) {
        return foreign(format!("drop {} has another partition", command.drop_id));
    }
    if !is_new(&command) {
        return Fate::Duplicate(command, existing.get(&command.ticket_id.into()).copied());
    }
    let at = Boundary { generation: batch.generation, offset: record.offset };
    if flash_drop.passes_over(command, at) {
        return Fate::PassedOver;
    }
    Fate::New(command)
}

/// How many commands of each drop may pass now, and how many have.
struct Pace(BTreeMap<DropId, (u32, u32)>);

impl Pace {
    fn new(drops: &mut BTreeMap<DropId, LockedDrop>, want: usize, now_us: f64) -> Self {
        let want = u32::try_from(want).unwrap_or(u32::MAX);
        let allowed = |(id, flash_drop): (&DropId, &mut LockedDrop)| {
            flash_drop.rescale(now_us);
            let gcra = flash_drop.gcra();
            let allowed = gcra.map_or(0, |gcra| gcra.take(flash_drop.tat_us, now_us, want).0);
            (*id, (allowed, 0))
        };
        Self(drops.iter_mut().map(allowed).collect())
    }

    fn pass(&mut self, drop_id: DropId) -> bool {
        let Some((allowed, passed)) = self.0.get_mut(&drop_id) else { return false };
        let passes = passed < allowed;
        *passed += u32::from(passes);
        passes
    }

    /// How long until half a burst of what is left may pass: looking again for each single
    /// command would make every transaction one of a single order.
    fn wait(
        &self,
        drops: &BTreeMap<DropId, LockedDrop>,
        drop_id: DropId,
        n_left: usize,
        now_us: f64,
    ) -> Option<Duration> {
        let gcra = drops.get(&drop_id)?.gcra()?;
        let tat_us = gcra.take(drops[&drop_id].tat_us, now_us, self.0[&drop_id].1).1;
        let several = (gcra.burst / 2.0).floor().min(n_left as f64).max(1.0);
        let wait_us = gcra.wait_us(tat_us + (several - 1.0) * gcra.interval_us, now_us);
        Some(Duration::from_micros(wait_us.ceil() as u64))
    }

    fn store(&self, drops: &mut BTreeMap<DropId, LockedDrop>, now_us: f64) {
        for (id, flash_drop) in drops {
            let passed = self.0.get(id).map_or(0, |(_, passed)| *passed);
            if let Some(gcra) = flash_drop.gcra() {
                flash_drop.tat_us = Some(gcra.take(flash_drop.tat_us, now_us, passed).1);
                flash_drop.tat_rate = Some(flash_drop.rate);
            }
        }
    }
}
