//! What the rules look at: what shoppers saw, what the topics hold, and plain rows.

use std::collections::HashMap;

use shared::{
    ids::TicketId,
    lifecycle::TicketState,
    messages::{PlaceOrder, QueueEventV1},
};
use uuid::Uuid;

pub use super::rows::{
    AuditRow, DropRow, InventoryRow, LedgerRow, MoveRow, OrderRow, OutboxRow, PaymentRow,
    TransitionRow, UsageRow,
};
use crate::faults::Fault;

/// All that is known about one drop's run.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// Seed of the run.
    pub seed: Option<u64>,
    /// When it was gathered, microseconds since 1970.
    pub gathered_us: i64,
    /// What shoppers saw.
    pub shoppers: Vec<ShopperStory>,
    /// When something was broken on purpose.
    pub faults: Vec<Fault>,
    /// The drop's room events, as the topic holds them: duplicates included, in its order.
    pub events: Vec<QueueEventV1>,
    /// The drop's order commands, in the topic's order.
    pub commands: Vec<Command>,
    /// Event ids per order in `order-events`, in the topic's order.
    pub order_events: HashMap<Uuid, Vec<(Uuid, i64)>>,
    /// The drop's row.
    pub drop: DropRow,
    /// Its stock.
    pub inventory: Vec<InventoryRow>,
    /// Every change of it, in order.
    pub moves: Vec<MoveRow>,
    /// Its orders.
    pub orders: Vec<OrderRow>,
    /// Every change of their states.
    pub transitions: Vec<TransitionRow>,
    /// Units that customers have or hold.
    pub usage: Vec<UsageRow>,
    /// What was asked of the provider.
    pub payments: Vec<PaymentRow>,
    /// Our ledger.
    pub ledger: Vec<LedgerRow>,
    /// Who changed what.
    pub audit: Vec<AuditRow>,
    /// What was to be told to others.
    pub outbox: Vec<OutboxRow>,
    /// Orders whose command could not be understood.
    pub dead_orders: Vec<Uuid>,
    /// The provider's own ledger, as far as it names tickets of this drop.
    pub provider: Vec<ProviderEntry>,
}

/// One shopper's part of the history, in its order.
#[derive(Debug, Clone, Default)]
pub struct ShopperStory {
    /// Number of the shopper.
    pub process: u64,
    /// The joins that were answered with a ticket.
    pub joins: Vec<Join>,
    /// When the first join was sent, nanoseconds of the run.
    pub join_sent_ns: Option<u64>,
    /// The places and turns that were shown.
    pub shown: Vec<Shown>,
    /// The states of the order that were seen.
    pub order_states: Vec<(Uuid, TicketState)>,
    /// Answers to a repeated call: key, first, again.
    pub again: Vec<(String, String, String)>,
    /// How it ended.
    pub end: Option<End>,
}

/// A join's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Join {
    /// The ticket.
    pub ticket_id: TicketId,
    /// Its number.
    pub queue_number: u64,
    /// Generation of the line that the number is of.
    pub epoch: u32,
    /// When it was answered, nanoseconds of the run.
    pub answered_ns: u64,
}

/// Something that was shown while in line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// A place.
    Place {
        /// Generation of the line.
        epoch: u32,
        /// Number of the room event that it is true for.
        evn: u64,
        /// People ahead, and oneself.
        place: u64,
        /// The label of a rise.
        rise: Option<String>,
        /// By a frame of the stream; polls carry no label.
        by_stream: bool,
    },
    /// The order command is safe, or more.
    LetIn,
    /// The line ended.
    Closed {
        /// Why.
        reason: String,
        /// When, microseconds since 1970.
        at_us: i64,
    },
}

/// How it ended for a shopper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// In which way.
    pub how: String,
    /// When, microseconds since 1970.
    pub at_us: i64,
}

/// A command with its place in the log.
#[derive(Debug, Clone)]
pub struct Command {
    /// Offset in the drop's partition.
    pub offset: i64,
    /// What it asks for.
    pub order: PlaceOrder,
}

/// A line of the provider's ledger.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct ProviderEntry {
    /// What happened.
    pub kind: String,
    /// The provider's payment.
    pub payment_id: String,
    /// Our ticket id.
    pub reference: String,
    /// The amount of this effect.
    pub amount_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
}

impl Evidence {
    /// How much there is to look at.
    #[must_use]
    pub fn describe(&self) -> String {
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

    /// All joins that were answered, with whose they are.
    pub fn joins(&self) -> impl Iterator<Item = (&ShopperStory, &Join)> {
        self.shoppers.iter().flat_map(|story| story.joins.iter().map(move |join| (story, join)))
    }

    /// Whether Redis was broken on purpose: only then may a join that was answered be lost.
    #[must_use]
    pub fn lost_its_store(&self) -> bool {
        self.faults.iter().any(|fault| fault.what.to_lowercase().contains("redis"))
    }

    /// When the last fault healed.
    #[must_use]
    pub fn last_heal_us(&self) -> Option<i64> {
        self.faults.iter().map(|fault| fault.healed_us).max()
    }
}
