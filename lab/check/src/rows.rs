//! Rows of one drop, as Postgres has them. Times are microseconds since 1970.

use serde_json::Value;
use shared::{
    drops::{DropMode, DropState, Fulfilment},
    ids::{DropId, OrderId, PaymentId, ProductId, SellerId, ShopperId, VariantId},
    lifecycle::TicketState,
};

/// The drop's row, with the limits as they are now.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DropEvidence {
    /// The drop that is judged.
    pub id: DropId,
    /// The tenant that sells it.
    pub seller_id: SellerId,
    /// What it sells a variant of.
    pub product_id: ProductId,
    /// What an admission leads to.
    pub fulfilment: Fulfilment,
    /// How many visits its site gives in all; missing where there is no end of them, or units are sold.
    pub max_visits: Option<i32>,
    /// Whether its seller counts people in by hand: no rate says how fast its line moves.
    pub manual: bool,
    /// Where the drop is in its life.
    pub state: DropState,
    /// What its operator lets it do.
    pub mode: DropMode,
    /// Missing while the line is open.
    pub ended_at_us: Option<i64>,
    /// Units of one ticket, at most.
    pub max_units_per_ticket: i32,
    /// LIMIT-1.
    pub max_units_per_customer: i32,
    /// How long units are held for an order until it is paid, or how long a pass is good.
    pub hold_seconds: i32,
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

/// A lane beside the normal one, which has the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct LaneEvidence {
    /// Its number.
    pub lane: i16,
    /// Its published share of the admissions.
    pub share_percent: i16,
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
    /// Units held by orders that are not paid yet, or by passes that nobody has used yet.
    pub reserved: i32,
    /// Units of confirmed orders, or visits that have begun.
    pub sold: i32,
    /// From 1; raised with each change.
    pub version: i64,
}

/// A change of stock: one per transaction and variant.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct MoveEvidence {
    /// What is sold.
    pub variant_id: VariantId,
    /// The inventory row's version after it.
    pub version: i64,
    /// `carve`, `place`, `choose`, `pay`, `visit`, `expire`, `cancel`, `review` or `give_back`.
    pub cause: String,
    /// Change of the free units.
    pub d_available: i32,
    /// Change of the held units.
    pub d_reserved: i32,
    /// Change of the sold units.
    pub d_sold: i32,
    /// The journal row that names the orders it was made for, if there are any.
    pub journal_id: Option<i64>,
    /// When it was made.
    pub at_us: i64,
}

/// What one transaction did to orders. Its lists run side by side: one element of each per change.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct JournalEvidence {
    /// Per order, a later change has a greater one.
    pub id: i64,
    /// The orders that changed; one that changed twice is there twice.
    pub orders: Vec<OrderId>,
    /// Numbers of the changes within their orders, from 1.
    pub sequences: Vec<i32>,
    /// The states reached.
    pub states: Vec<TicketState>,
    /// Whether its order events still have to be published.
    pub events_pending: bool,
    /// Whether the line still has to be told.
    pub line_pending: bool,
}

impl JournalEvidence {
    /// Returns its changes: the order, the change's number in it, and the state reached.
    pub(crate) fn changes(&self) -> impl Iterator<Item = (OrderId, i32, TicketState)> {
        let numbered = self.orders.iter().zip(&self.sequences).zip(&self.states);
        numbered.map(|((order, sequence), state)| (*order, *sequence, *state))
    }
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
    /// The journal row of the transaction that placed it.
    pub placed_by: i64,
    /// How many were ordered, or chosen since.
    pub units_asked: i32,
    /// How many it holds or has bought.
    pub units_held: i32,
    /// Whether the index of one unit per customer watches over it.
    pub is_only_one: bool,
    /// Number of its last change.
    pub sequence: i32,
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
    /// When its hold runs out or ran out, if it ever had one.
    pub expires_at_us: Option<i64>,
}

impl OrderEvidence {
    /// Whether it is paid.
    pub(crate) fn is_confirmed(&self) -> bool {
        self.state == TicketState::Confirmed
    }
}

/// A change of an order's state. The first one, to `reserved` or `passed`, has no row: the order's row
/// is it.
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

/// What a customer has of the drop, as the limit counts it where it is above one unit.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct UsageEvidence {
    /// Whose units they are.
    pub shopper_id: ShopperId,
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
    /// `pending`, `unknown`, `succeeded`, `declined`, `failed` or `needs_review`.
    pub status: String,
}

/// One side of a payment in our ledger.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct LedgerEvidence {
    /// Its entries add up to zero.
    pub payment_id: PaymentId,
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
