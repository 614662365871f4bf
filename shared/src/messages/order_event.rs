//! What became of an order, for everybody downstream.

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
    /// Names this event; a receiver acts once per id.
    pub event_id: Uuid,
    /// The order, which is also the key of the record.
    pub order_id: OrderId,
    /// Number of the event among those of its order, from 1.
    pub sequence: i64,
    /// The drop it was placed in.
    pub drop_id: DropId,
    /// The tenant it belongs to.
    pub seller_id: SellerId,
    /// The variant ordered.
    pub variant_id: VariantId,
    /// How many units were ordered.
    pub units: u32,
    /// Price of all units together, in minor units of the currency.
    pub amount_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// The state reached.
    pub state: TicketState,
    /// Why, where a reason exists.
    pub reason: Option<String>,
    /// When it was reached, in microseconds since 1970.
    pub at_us: i64,
}
