//! What became of an order, for everybody downstream.

use crate::{
    ids::{DropId, OrderId, SellerId, VariantId},
    lifecycle::TicketState,
};
use aws_lc_rs::digest;
use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

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

/// Returns the id of the event that tells the `sequence`th change of an order: a UUIDv8 of SHA-256
/// over the order's 16 bytes and the number, big-endian. It is the same whenever it is asked for,
/// so a receiver knows an event that is published twice.
#[must_use]
pub fn order_event_id(order_id: OrderId, sequence: i64) -> Uuid {
    let mut change = [0; 24];
    change[..16].copy_from_slice(order_id.as_bytes());
    change[16..].copy_from_slice(&sequence.to_be_bytes());
    let hash = digest::digest(&digest::SHA256, &change);
    let mut id = [0; 16];
    id.copy_from_slice(&hash.as_ref()[..16]);
    Builder::from_custom_bytes(id).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_the_same_id_for_ever() {
        let order_id = OrderId::from_uuid(Uuid::from_bytes([2; 16]));
        let id = order_event_id(order_id, 1);
        assert_eq!(id.to_string(), "c479cfea-0c7f-8e74-b954-6063f423c8c0");
        assert_ne!(id, order_event_id(order_id, 2));
    }
}
