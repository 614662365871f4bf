//! What became of an order, told to everybody downstream.

use crate::{
    ids::{DropId, OrderId, SellerId, VariantId},
    lifecycle::TicketState,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A record of `order-events`, keyed by the order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "version")]
pub enum OrderEvent {
    /// The first version.
    #[serde(rename = "1")]
    V1(OrderChanged),
}

/// An order reached a state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderChanged {
    /// Id of this event; receivers act once per id.
    pub event_id: Uuid,
    /// The order.
    pub order_id: OrderId,
    /// Number of the event among those of its order, from 1.
    pub sequence: i64,
    /// The drop.
    pub drop_id: DropId,
    /// The tenant.
    pub seller_id: SellerId,
    /// What was ordered.
    pub variant_id: VariantId,
    /// How many.
    pub units: u32,
    /// Price of all units, minor units.
    pub amount_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// The state reached.
    pub state: TicketState,
    /// Why, where a reason exists.
    pub reason: Option<String>,
    /// When, microseconds since 1970.
    pub at_us: i64,
}
