//! An order and a move of it, as the transactions see them.

use shared::{
    ids::{DropId, OrderId, SellerId, ShopperId, VariantId},
    lifecycle::TicketState,
};

/// An order as the transactions that change it see it.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) id: OrderId,
    pub(crate) drop_id: DropId,
    pub(crate) seller_id: SellerId,
    pub(crate) shopper_id: ShopperId,
    pub(crate) variant_id: VariantId,
    pub(crate) units: i32,
    pub(crate) amount_minor: i64,
    pub(crate) currency: String,
    pub(crate) state: TicketState,
    pub(crate) sequence: i32,
    pub(crate) lane: i16,
    pub(crate) score: i64,
}

/// One move of an order.
#[derive(Clone, Debug)]
pub(crate) struct Change<'a> {
    pub(crate) order: &'a Order,
    pub(crate) sequence: i32,
    pub(crate) from: TicketState,
    pub(crate) to: TicketState,
    pub(crate) reason: Option<String>,
}
