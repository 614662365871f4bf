//! An order while the answers about it are gone through, one after the other.

use super::{decision::Decision, lock::LockedPayment};
use crate::{
    money::payments::{due::PaymentKind, state::PaymentState},
    ordering::order::Order,
};
use jiff::Timestamp;
use shared::lifecycle::TicketState;

/// An order as the answers so far have left it.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) order: Order,
    is_captured: bool,
    authorized_ids: Vec<String>,
}

impl Case {
    pub(super) fn new(order: Order) -> Self {
        Self { order, is_captured: false, authorized_ids: Vec::new() }
    }

    /// Whether the order waits for this authorization.
    pub(super) fn waits_for(&self, payment: &LockedPayment) -> bool {
        self.order.state == TicketState::Authorizing
            && payment.kind == PaymentKind::Authorize
            && payment.attempt == payment.latest_attempt
    }

    /// Whether the order's units can still be paid for.
    pub(super) fn is_held_at(&self, now: Timestamp) -> bool {
        self.order.hold_expires_at.is_some_and(|ends_at| ends_at > now)
    }

    /// Whether the order was captured, by another than this.
    pub(super) const fn is_captured(&self, payment: &LockedPayment) -> bool {
        self.is_captured || payment.is_captured
    }

    /// Whether another card of the order has this payment at the provider.
    pub(super) fn is_of_another(&self, payment: &LockedPayment, provider_id: &str) -> bool {
        let mut others = self.authorized_ids.iter().chain(&payment.authorized_ids);
        others.any(|other| other == provider_id)
    }

    /// Notes what an answer has done.
    pub(super) fn follow(&mut self, payment: &LockedPayment, decision: &Decision) {
        if let Some(last) = decision.changes.last() {
            self.order = last.leaves();
        }
        if payment.kind == PaymentKind::Authorize && decision.status == PaymentState::Succeeded {
            self.authorized_ids.extend(decision.provider_id.clone());
        }
        self.is_captured |= payment.kind != PaymentKind::Refund && decision.booked.is_some();
    }
}
