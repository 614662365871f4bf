//! Rows of one drop, as Postgres has them. Times are microseconds since 1970.

use serde_json::Value;
use shared::{
    drops::{DropMode, DropState},
    ids::{DropId, OrderId, PaymentId, ProductId, SellerId, ShopperId, VariantId},
    lifecycle::TicketState,
};
use uuid::Uuid;

/// The drop's row, with the limits as they are now.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DropEvidence {
    /// The drop that is judged.
    pub id: DropId,
    /// The tenant that sells it.
    pub seller_id: SellerId,
    /// What it sells a variant of.
    pub product_id: ProductId,
    /// Where the drop is in its life.
    pub state: DropState,
    /// What its operator lets it do.
    pub mode: DropMode,
    /// Missing while the line is open.
    pub ended_at_us: Option<i64>,
    /// LIMIT-1.
    pub max_units_per_customer: i32,
    /// RATE-1.
    pub admission_rate_per_second: f64,
    /// Tickets admitted and not finished, at most.
    pub occupancy_cap: i32,
    /// RATE-2.
    pub order_rate_per_second: f64,
    /// From 1; raised with each change of limits, mode or message.
    pub limits_version: i64,
    /// Generation of its line.
    pub epoch: i32,
    /// Generation of the log that its commands were read from.
    pub log_generation: i64,
}

/// Where a rebuild fixed F: commands of an older epoch at or beyond it are passed over.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct BoundaryEvidence {
    /// The epoch that the rebuild began.
    pub epoch: i64,
    /// Raised when another log took the place of the one before.
    pub generation: i64,
    /// Offset in the drop's partition of the commands.
    pub log_offset: i64,
}

/// Stock of one variant in the drop.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct InventoryEvidence {
    /// What is sold.
    pub variant_id: VariantId,
    /// `available + reserved + sold`.
    pub total: i32,
    /// Free units.
    pub available: i32,
    /// Units held by orders that are not paid yet.
    pub reserved: i32,
    /// Units of confirmed orders.
    pub sold: i32,
}

/// A change of stock.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct MoveEvidence {
    /// What is sold.
    pub variant_id: VariantId,
    /// The order that it was made for, if any.
    pub order_id: Option<OrderId>,
    /// `carve`, `reserve`, `release`, `sell` or `give_back`.
    pub kind: String,
    /// Change of the free units.
    pub d_available: i32,
    /// Change of the held units.
    pub d_reserved: i32,
    /// Change of the sold units.
    pub d_sold: i32,
    /// The inventory row's version after it; the moves of one batch share it.
    pub version: i64,
    /// When it was made.
    pub at_us: i64,
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct OrderEvidence {
    /// The same as its ticket's.
    pub id: OrderId,
    /// Whose order it is.
    pub shopper_id: ShopperId,
    /// What was ordered.
    pub variant_id: VariantId,
    /// How many were ordered.
    pub units: i32,
    /// Price of all units.
    pub amount_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// An order state.
    pub state: TicketState,
    /// When its command was processed; taken under the drop row's lock.
    pub processed_at_us: i64,
    /// When its row last changed.
    pub updated_at_us: i64,
    /// When its hold runs out, if it ever had one.
    pub expires_at_us: Option<i64>,
}

impl OrderEvidence {
    /// Whether it is paid.
    pub(crate) fn is_confirmed(&self) -> bool {
        self.state == TicketState::Confirmed
    }
}

/// A change of an order's state.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct TransitionEvidence {
    /// The order that changed.
    pub order_id: OrderId,
    /// From 1 within its order.
    pub sequence: i32,
    /// The state it left.
    pub from_state: TicketState,
    /// The state it reached.
    pub to_state: TicketState,
    /// Whether the row says that nothing can follow.
    pub terminal: bool,
    /// When it changed.
    pub at_us: i64,
}

/// What a customer has of the drop, as the limit counts it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct UsageEvidence {
    /// The shopper's id, as text.
    pub customer_key: String,
    /// Units that the customer has or holds.
    pub units: i32,
}

/// Something asked of the payment provider.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct PaymentEvidence {
    /// Our id, not the provider's.
    pub id: PaymentId,
    /// The order it is for.
    pub order_id: OrderId,
    /// `authorize`, `capture`, `void` or `refund`.
    pub kind: String,
    /// `pending`, `unknown`, `succeeded`, `declined` or `failed`.
    pub status: String,
}

/// One side of a transaction in our ledger.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct LedgerEvidence {
    /// Its entries add up to zero.
    pub transaction_id: Uuid,
    /// The order it is for.
    pub order_id: OrderId,
    /// `provider` or `seller`.
    pub account: String,
    /// Signed.
    pub amount_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
}

/// A change that somebody made.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct AuditEvidence {
    /// Rises with time.
    pub id: i64,
    /// When it was made.
    pub at_us: i64,
    /// Who made it; empty violates AUDIT-1.
    pub actor: String,
    /// The values before.
    pub old: Option<Value>,
    /// The values after.
    pub new: Option<Value>,
    /// The reason given; empty violates AUDIT-1.
    pub why: String,
}

/// An event that waits to be published, or was.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct OutboxEvidence {
    /// The same however often it is published.
    pub event_id: Uuid,
    /// Before the configured prefix.
    pub topic: String,
    /// The order it is about.
    pub aggregate: OrderId,
    /// From 1 within its order.
    pub sequence: i64,
    /// Missing while it waits.
    pub published_at_us: Option<i64>,
}
