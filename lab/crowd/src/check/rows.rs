//! Rows of one drop, as Postgres has them.

use shared::lifecycle::TicketState;
use uuid::Uuid;

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
