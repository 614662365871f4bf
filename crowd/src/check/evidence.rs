//! What the rules look at: plain rows, as they were read.

use std::collections::HashMap;

use shared::{
    ids::TicketId,
    lifecycle::TicketState,
    messages::{PlaceOrder, QueueEventV1},
};
use uuid::Uuid;

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

/// The drop's row.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DropRow {
    /// The drop.
    pub id: Uuid,
    /// Where it is in its life.
    pub state: String,
    /// What its operator lets it do.
    pub mode: String,
    /// Why it ended.
    pub end_reason: Option<String>,
    /// When it opened.
    pub opens_at_us: Option<i64>,
    /// When it ended.
    pub ended_at_us: Option<i64>,
    /// Units per customer, at most.
    pub max_units_per_customer: i32,
    /// How long holds last.
    pub hold_seconds: i32,
    /// Admissions per second, now.
    pub admission_rate_per_second: f64,
    /// Admitted and unfinished tickets, at most, now.
    pub occupancy_cap: i32,
    /// Order commands per second, now.
    pub order_rate_per_second: f64,
    /// Raised with each change of limits, mode or message; begins at 1.
    pub limits_version: i64,
    /// Generation of its line.
    pub epoch: i32,
}

/// Stock of a drop.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct InventoryRow {
    /// The variant.
    pub variant_id: Uuid,
    /// All units of the drop.
    pub total: i32,
    /// Free.
    pub available: i32,
    /// Held.
    pub reserved: i32,
    /// Taken by confirmed orders.
    pub sold: i32,
}

/// A change of stock.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct MoveRow {
    /// Number of the move.
    pub id: i64,
    /// The variant.
    pub variant_id: Uuid,
    /// The order that caused it.
    pub order_id: Option<Uuid>,
    /// What kind of change.
    pub kind: String,
    /// Change of the free units.
    pub d_available: i32,
    /// Change of the held units.
    pub d_reserved: i32,
    /// Change of the sold units.
    pub d_sold: i32,
    /// The inventory row's version after it.
    pub version: i64,
    /// When.
    pub at_us: i64,
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct OrderRow {
    /// The order, and the ticket.
    pub id: Uuid,
    /// Whose it is.
    pub shopper_id: Uuid,
    /// What was ordered.
    pub variant_id: Uuid,
    /// How many.
    pub units: i32,
    /// Price of all units.
    pub amount_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// Where it is.
    pub state: String,
    /// When its command was processed, taken under the drop row's lock.
    pub processed_at_us: i64,
    /// When it last changed.
    pub updated_at_us: i64,
}

impl OrderRow {
    /// The state as the table of states has it; an unknown one counts as not finished.
    #[must_use]
    pub fn ticket_state(&self) -> Option<TicketState> {
        self.state.parse().ok()
    }

    /// Whether nothing can follow.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.ticket_state().is_some_and(TicketState::is_terminal)
    }

    /// Whether it holds units that are not sold yet.
    #[must_use]
    pub fn holds_units(&self) -> bool {
        self.ticket_state().is_some_and(TicketState::holds_units)
    }

    /// Whether it is paid.
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        self.ticket_state() == Some(TicketState::Confirmed)
    }
}

/// A change of an order's state.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct TransitionRow {
    /// The order.
    pub order_id: Uuid,
    /// Number among those of its order.
    pub sequence: i32,
    /// Where it was.
    pub from_state: String,
    /// Where it went.
    pub to_state: String,
    /// Whether nothing can follow.
    pub terminal: bool,
    /// When.
    pub at_us: i64,
}

/// Units of a customer.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct UsageRow {
    /// The customer.
    pub customer_key: String,
    /// Units that it has or holds.
    pub units: i32,
}

/// Something asked of the provider.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct PaymentRow {
    /// Our id.
    pub id: Uuid,
    /// The order.
    pub order_id: Uuid,
    /// What was asked for.
    pub kind: String,
    /// What came of it.
    pub status: String,
    /// When the row was last touched.
    pub updated_at_us: i64,
}

/// One side of a transaction of ours.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct LedgerRow {
    /// The transaction.
    pub transaction_id: Uuid,
    /// The order.
    pub order_id: Uuid,
    /// The account.
    pub account: String,
    /// The amount, signed.
    pub amount_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
}

/// A change somebody made.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct AuditRow {
    /// Number of the row.
    pub id: i64,
    /// When.
    pub at_us: i64,
    /// Who.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// What it was before.
    pub old: Option<serde_json::Value>,
    /// What it is after.
    pub new: Option<serde_json::Value>,
    /// Why.
    pub why: String,
}

/// Something to be told to others.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct OutboxRow {
    /// Its id, the same however often it is told.
    pub event_id: Uuid,
    /// The topic.
    pub topic: String,
    /// The order.
    pub aggregate: Uuid,
    /// Number among those of its order.
    pub sequence: i64,
    /// When it was told.
    pub published_at_us: Option<i64>,
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

    /// When the last fault healed.
    #[must_use]
    pub fn last_heal_us(&self) -> Option<i64> {
        self.faults.iter().map(|fault| fault.healed_us).max()
    }
}
