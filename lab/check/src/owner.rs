//! Whose rows and records say that they are.

use shared::ids::{DropId, SellerId, TicketId};

/// Whose a row or a record says that it is, as far as it says so.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct OwnerEvidence {
    /// What it is, such as `hold` or `order event`.
    pub what: String,
    /// The ticket that it is about; also that of an order.
    pub ticket_id: Option<TicketId>,
    /// The drop that it names, or that of the payment it belongs to.
    pub drop_id: Option<DropId>,
    /// The seller that it names.
    pub seller_id: Option<SellerId>,
}
