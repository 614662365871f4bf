//! What the rules look at: what shoppers saw, what the topics hold, and plain rows.

use std::collections::{BTreeMap, HashMap, HashSet};

use shared::{
    ids::{DropId, OrderId, ShopperId, TicketId},
    lifecycle::TicketState,
    line::Epoch,
    messages::{PlaceOrder, QueueEventV1},
};
use uuid::Uuid;

pub use super::{
    owner::OwnerEvidence,
    rows::{
        AuditEvidence, BoundaryEvidence, DropEvidence, InventoryEvidence, JournalEvidence,
        LaneEvidence, LedgerEvidence, MoveEvidence, OrderEvidence, PaymentEvidence,
        TransitionEvidence, UsageEvidence,
    },
    story::{AnsweredJoin, RefusedTry, SeenVisit, ShopperStory, Shown, StoryEnd},
};
use crate::{
    faults::{Fault, RECOVERY_US},
    probes::TenantProbe,
};

/// All that is known about one drop's run.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// Seed of the run.
    pub seed: Option<u64>,
    /// The history, by shopper.
    pub shoppers: Vec<ShopperStory>,
    /// Tries that were answered with 5xx or 429.
    pub refused_tries: Vec<RefusedTry>,
    /// What was broken on purpose.
    pub faults: Vec<Fault>,
    /// How others were answered who asked for the drop's things.
    pub probes: Vec<TenantProbe>,
    /// Tickets that the logs, commands and order events of other drops name, each with its drop.
    pub elsewhere: HashMap<TicketId, DropId>,
    /// Whose the rows and order events are that are about the drop or one of its orders.
    pub owners: Vec<OwnerEvidence>,
    /// The drop's room events in the topic's order, duplicates included.
    pub events: Vec<QueueEventV1>,
    /// The drop's order commands, in the topic's order.
    pub commands: Vec<CommandRecord>,
    /// Event ids and sequence numbers per order, in the topic's order.
    pub order_events: HashMap<OrderId, Vec<(Uuid, i64)>>,
    /// When the last order event was written to its topic.
    pub last_event_us: Option<i64>,
    /// The drop's row.
    pub drop: DropEvidence,
    /// Its lanes beside the normal one.
    pub lanes: Vec<LaneEvidence>,
    /// Where its rebuilds fixed the end of the commands that still count.
    pub boundaries: Vec<BoundaryEvidence>,
    /// Its stock, one row per variant.
    pub inventory: Vec<InventoryEvidence>,
    /// Every change of its stock, by variant and version.
    pub moves: Vec<MoveEvidence>,
    /// What each transaction did to its orders.
    pub journal: Vec<JournalEvidence>,
    /// Its orders, by the time at which they were processed.
    pub orders: Vec<OrderEvidence>,
    /// Every change of an order's state.
    pub transitions: Vec<TransitionEvidence>,
    /// Units that customers have or hold; empty where one unit is the limit.
    pub usage: Vec<UsageEvidence>,
    /// What was asked of the payment provider.
    pub payments: Vec<PaymentEvidence>,
    /// Our own ledger.
    pub ledger: Vec<LedgerEvidence>,
    /// Who changed what, oldest first.
    pub audit: Vec<AuditEvidence>,
    /// Orders whose command went to the dead letters.
    pub dead_orders: Vec<OrderId>,
    /// The provider's own ledger, as far as it names tickets of this drop.
    pub provider: Vec<ProviderEntry>,
    /// Its room in Redis at rest; missing when Redis was not read.
    pub redis: Option<RoomDump>,
}

/// An order command as the topic holds it.
#[derive(Debug, Clone)]
pub struct CommandRecord {
    /// Offset in the drop's partition.
    pub offset: i64,
    /// What it asks for.
    pub order: PlaceOrder,
}

/// The tickets and accounts that a drop's keys in Redis name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoomDump {
    /// Whether the room is there at all.
    pub has_room: bool,
    /// `occ`: admitted and unfinished.
    pub occupants: Vec<TicketId>,
    /// `inf`: in flight.
    pub in_flight: Vec<TicketId>,
    /// `lease`: in flight, with where their commands are.
    pub leases: Vec<TicketId>,
    /// `intent`: the live ticket of each account.
    pub intents: HashMap<ShopperId, TicketId>,
    /// `w:…` and `missed:…` of all variants: accounts in line.
    pub in_line: Vec<ShopperId>,
}

/// A line of the payment provider's ledger.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct ProviderEntry {
    /// Such as `authorized` or `captured`.
    pub kind: String,
    /// The provider's name for the payment.
    pub payment_id: String,
    /// Our ticket id.
    pub reference: String,
    /// The amount of this effect, never negative.
    pub amount_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
}

impl Evidence {
    /// Says how much there is to look at.
    pub(crate) fn describe(&self) -> String {
        format!(
            "{} shoppers, {} room events, {} commands, {} orders, {} provider entries, {} faults, \
             {} probes",
            self.shoppers.len(),
            self.events.len(),
            self.commands.len(),
            self.orders.len(),
            self.provider.len(),
            self.faults.len(),
            self.probes.len(),
        )
    }

    /// Returns all joins that were answered, each with its shopper.
    pub(crate) fn joins(&self) -> impl Iterator<Item = (&ShopperStory, &AnsweredJoin)> {
        self.shoppers.iter().flat_map(|story| story.joins.iter().map(move |join| (story, join)))
    }

    /// Whether nothing was broken between two moments.
    pub(crate) fn is_quiet(&self, from_us: i64, until_us: i64) -> bool {
        !self.faults.iter().any(|fault| fault.overlaps(from_us, until_us))
    }

    /// When the last fault healed.
    pub(crate) fn last_heal_us(&self) -> Option<i64> {
        self.faults.iter().map(|fault| fault.healed_us).max()
    }

    /// Counts the refused tries by status, leaving out those that a fault explains.
    pub(crate) fn unexpected_statuses(&self) -> BTreeMap<u16, usize> {
        let mut counts = BTreeMap::new();
        for RefusedTry { status, at_us, .. } in &self.refused_tries {
            if self.is_quiet(at_us - RECOVERY_US, *at_us) {
                *counts.entry(*status).or_default() += 1;
            }
        }
        counts
    }

    /// Whether the rebuild that began this epoch fixed its F.
    pub(crate) fn has_boundary(&self, epoch: Epoch) -> bool {
        self.boundaries.iter().any(|boundary| boundary.epoch == i64::from(epoch.0))
    }

    /// Whether a command came too late: at or beyond the F of an epoch newer than its own, whose
    /// line was built without it.
    pub(crate) fn is_void(&self, command: &CommandRecord) -> bool {
        let epoch = i64::from(command.order.epoch.0);
        let at = (self.drop.log_generation, command.offset);
        self.boundaries.iter().any(|boundary| {
            boundary.epoch > epoch && at >= (boundary.generation, boundary.log_offset)
        })
    }

    /// Returns the commands that were not void.
    pub(crate) fn counting_commands(&self) -> impl Iterator<Item = &CommandRecord> {
        self.commands.iter().filter(|command| !self.is_void(command))
    }

    /// Whether there is an end of what the drop gives: of units, or of visits.
    pub(crate) fn has_stock(&self) -> bool {
        self.drop.fulfilment.sells() || self.drop.max_visits.is_some()
    }

    /// Returns the passes whose visits have begun: they were redeemed, or the site told of the visit at
    /// its end.
    pub(crate) fn visits_begun(&self) -> HashSet<OrderId> {
        let begins =
            |state: TicketState| matches!(state, TicketState::Redeemed | TicketState::Visited);
        let steps = self.transitions.iter().filter(|step| begins(step.to_state));
        steps.map(|step| step.order_id).collect()
    }

    /// Returns the units that tickets were let in for, by their commands.
    pub(crate) fn units_let_in(&self) -> HashMap<TicketId, u32> {
        let orders = self.counting_commands().map(|command| &command.order);
        orders.map(|order| (order.ticket_id, order.units)).collect()
    }
}
