//! An order to try changes on.

use crate::ordering::order::Order;
use jiff::Timestamp;
use shared::{
    ids::{DropId, OrderId, SellerId, ShopperId, VariantId},
    lifecycle::TicketState,
};

/// When the hold of [`order`] ends.
pub(crate) const HOLD_ENDS_AT: Timestamp = Timestamp::constant(1_000, 0);

/// Returns an order of two units for 3 000 KRW whose hold, if it has one, ends at
/// [`HOLD_ENDS_AT`].
pub(crate) fn order(state: TicketState) -> Order {
    let is_held = state.holds_units() && state != TicketState::Capturing || state.is_pass();
    Order {
        id: OrderId::generate(),
        drop_id: DropId::generate(),
        seller_id: SellerId::generate(),
        shopper_id: ShopperId::generate(),
        variant_id: VariantId::generate(),
        units_asked: 2,
        units_held: if state.holds_units() || state == TicketState::Confirmed { 2 } else { 0 },
        amount_minor: 3_000,
        currency: "KRW".into(),
        state,
        sequence: 3,
        lane: 0,
        score: 1 << 40,
        is_only_one: false,
        hold_expires_at: is_held.then_some(HOLD_ENDS_AT),
    }
}
