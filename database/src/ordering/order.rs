//! An order as the transactions see it.

use jiff::Timestamp;
use shared::{
    ids::{DropId, OrderId, SellerId, ShopperId, VariantId},
    lifecycle::TicketState,
    line::{Epoch, Score, TicketKey},
};

/// An order as the transactions that change it see it.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) id: OrderId,
    pub(crate) drop_id: DropId,
    pub(crate) seller_id: SellerId,
    pub(crate) shopper_id: ShopperId,
    pub(crate) variant_id: VariantId,
    /// As the command had them; fewer, if its shopper chose so.
    pub(crate) units_asked: i32,
    /// Held or sold; they count towards the customer's limit.
    pub(crate) units_held: i32,
    pub(crate) amount_minor: i64,
    pub(crate) currency: String,
    pub(crate) state: TicketState,
    /// Number of its last change.
    pub(crate) sequence: i32,
    pub(crate) lane: i16,
    pub(crate) score: i64,
    /// Its drop sells one unit per customer: a unique index counts, not `customer_usage`.
    pub(crate) is_only_one: bool,
    /// Until when its units can be taken back, or until when its pass is good; `None` for neither.
    pub(crate) hold_expires_at: Option<Timestamp>,
}

/// An order that came to its end; the line must be told (FINISH).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndedOrder {
    /// The drop whose line must be told.
    pub drop_id: DropId,
    /// What finds its ticket in the line.
    pub ticket: TicketKey,
    /// The end, a terminal state.
    pub state: TicketState,
    /// When it came to it.
    pub at: Timestamp,
}

impl Order {
    pub(crate) fn ended(&self, state: TicketState, at: Timestamp) -> EndedOrder {
        let ticket = TicketKey {
            ticket_id: self.id.into(),
            shopper_id: self.shopper_id,
            // Stored as it came; a score that no ticket can have stays what it is.
            score: Score::new(Epoch((self.score >> 40) as u32), self.score as u64),
        };
        EndedOrder { drop_id: self.drop_id, ticket, state, at }
    }
}
