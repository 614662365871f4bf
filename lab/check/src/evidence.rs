//! What the rules look at: what shoppers saw, what the topics hold, and plain rows.

use std::collections::HashMap;

use shared::{
    ids::{OrderId, TicketId},
    lifecycle::TicketState,
    messages::{PlaceOrder, QueueEventV1},
};
use uuid::Uuid;

pub use super::rows::{
    AuditEvidence, DropEvidence, InventoryEvidence, LedgerEvidence, MoveEvidence, OrderEvidence,
    OutboxEvidence, PaymentEvidence, TransitionEvidence, UsageEvidence,
};
use crate::faults::Fault;

/// All that is known about one drop's run.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// Seed of the run.
    pub seed: Option<u64>,
    /// The history, by shopper.
    pub shoppers: Vec<ShopperStory>,
    /// What was broken on purpose.
    pub faults: Vec<Fault>,
    /// The drop's room events in the topic's order, duplicates included.
    pub events: Vec<QueueEventV1>,
    /// The drop's order commands, in the topic's order.
    pub commands: Vec<CommandRecord>,
    /// Event ids and sequence numbers per order, in the topic's order.
    pub order_events: HashMap<OrderId, Vec<(Uuid, i64)>>,
    /// The drop's row.
    pub drop: DropEvidence,
    /// Its stock, one row per variant.
    pub inventory: Vec<InventoryEvidence>,
    /// Every change of its stock, by version.
    pub moves: Vec<MoveEvidence>,
    /// Its orders, by the time at which they were processed.
    pub orders: Vec<OrderEvidence>,
    /// Every change of an order's state.
    pub transitions: Vec<TransitionEvidence>,
    /// Units that customers have or hold.
    pub usage: Vec<UsageEvidence>,
    /// What was asked of the payment provider.
    pub payments: Vec<PaymentEvidence>,
    /// Our own ledger.
    pub ledger: Vec<LedgerEvidence>,
    /// Who changed what, oldest first.
    pub audit: Vec<AuditEvidence>,
    /// What was to be published about its orders.
    pub outbox: Vec<OutboxEvidence>,
    /// Orders whose command went to the dead letters.
    pub dead_orders: Vec<OrderId>,
    /// The provider's own ledger, as far as it names tickets of this drop.
    pub provider: Vec<ProviderEntry>,
}

/// One shopper's part of the history, in its order.
#[derive(Debug, Clone, Default)]
pub struct ShopperStory {
    /// Number of the shopper, from 1.
    pub process: u64,
    /// The joins that were answered with a ticket.
    pub joins: Vec<AnsweredJoin>,
    /// When the first join was sent, in nanoseconds of the run.
    pub join_sent_ns: Option<u64>,
    /// The positions and turns that were shown.
    pub shown: Vec<Shown>,
    /// The order states that were seen.
    pub order_states: Vec<(OrderId, TicketState)>,
    /// Answers to a repeated call: key, first, again.
    pub again: Vec<(String, String, String)>,
    /// Missing when the run was cut off before the shopper's end.
    pub end: Option<StoryEnd>,
}

/// A join that was answered with a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnsweredJoin {
    /// The same for every tab of the shopper.
    pub ticket_id: TicketId,
    /// Dense from 1 within an epoch.
    pub queue_number: u64,
    /// Generation of the line when it answered; a rebuild may have raised it since the join.
    pub epoch: u32,
    /// When it was answered, in nanoseconds of the run.
    pub answered_ns: u64,
}

/// Something that was shown to a shopper in line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// A position in line.
    Position {
        /// Generation of the line.
        epoch: u32,
        /// Number of the room event that the position is true for.
        evn: u64,
        /// People ahead + 1.
        position: u64,
        /// Why it may be higher than before.
        rise: Option<String>,
        /// Whether the stream showed it; polls carry no reason for a rise.
        by_stream: bool,
    },
    /// The order command is safe, or more.
    Admitted,
    /// The line ended for the shopper.
    Closed,
}

/// How it ended for a shopper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryEnd {
    /// A stable name: an order state, `absent`, `gave_up`, `closed_…`, `…_refused_…`.
    pub how: String,
    /// Microseconds since 1970.
    pub at_us: i64,
}

/// An order command as the topic holds it.
#[derive(Debug, Clone)]
pub struct CommandRecord {
    /// Offset in the drop's partition.
    pub offset: i64,
    /// What it asks for.
    pub order: PlaceOrder,
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
            "{} shoppers, {} room events, {} commands, {} orders, {} provider entries, {} faults",
            self.shoppers.len(),
            self.events.len(),
            self.commands.len(),
            self.orders.len(),
            self.provider.len(),
            self.faults.len(),
        )
    }

    /// Returns all joins that were answered, each with its shopper.
    pub(crate) fn joins(&self) -> impl Iterator<Item = (&ShopperStory, &AnsweredJoin)> {
        self.shoppers.iter().flat_map(|story| story.joins.iter().map(move |join| (story, join)))
    }

    /// Whether Redis was broken on purpose: only then may an answered join be lost.
    pub(crate) fn lost_its_store(&self) -> bool {
        self.faults.iter().any(|fault| fault.what.to_lowercase().contains("redis"))
    }

    /// When the last fault healed.
    pub(crate) fn last_heal_us(&self) -> Option<i64> {
        self.faults.iter().map(|fault| fault.healed_us).max()
    }
}
