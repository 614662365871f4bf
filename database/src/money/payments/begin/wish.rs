//! A wish to pay, and what became of it.

use shared::{
    ids::{OrderId, PaymentId, ShopperId},
    lifecycle::TicketState,
};

/// Authorizations of one order, at most: as many cards may be tried.
pub(in crate::money::payments) const MAX_ATTEMPTS: i32 = 5;

/// A shopper's wish to pay for an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentWish {
    /// Names the payment: one that was begun under this id is not begun again, whatever has become
    /// of it.
    pub id: PaymentId,
    /// The order to pay.
    pub order_id: OrderId,
    /// Who wishes it; nobody pays for another's order.
    pub shopper_id: ShopperId,
    /// The provider's name for the means of payment.
    pub method: String,
}

impl PaymentWish {
    /// Returns a payment that is another one each time.
    #[must_use]
    pub fn new(order_id: OrderId, shopper_id: ShopperId, method: &str) -> Self {
        Self { id: PaymentId::generate(), order_id, shopper_id, method: method.to_owned() }
    }
}

/// What became of a shopper's wish to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayOutcome {
    /// The provider will be asked.
    Started,
    /// It is being asked, or was: paying twice is paying once.
    UnderWay(TicketState),
    /// The payment of this id was begun with other means.
    OtherMethod,
    /// The shopper has no such order.
    NotFound,
    /// The hold has run out; the sweeper ends the order.
    HoldExpired,
    /// As many cards were tried as may be.
    TooManyAttempts,
    /// The order has ended without being paid.
    Ended(TicketState),
}
