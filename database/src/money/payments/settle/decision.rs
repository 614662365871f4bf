//! What an answer does.

use crate::{
    money::payments::{due::PaymentKind, state::PaymentState},
    ordering::changes::OrderChange,
};
use shared::ids::PaymentId;

/// What an answer does to its payment, to the order, and beyond.
#[derive(Clone, Debug)]
pub(super) struct Decision {
    /// Of the payment from now on.
    pub(super) status: PaymentState,
    pub(super) code: Option<String>,
    /// The provider's id, if it is known now.
    pub(super) provider_id: Option<String>,
    /// A capture that was taken for declined and turns out to have been made.
    pub(super) made: Option<PaymentId>,
    /// Changes of the order, one after the other.
    pub(super) changes: Vec<OrderChange>,
    pub(super) follow_ups: Vec<FollowUp>,
    pub(super) booked: Option<Booked>,
}

/// A row that is written because of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FollowUp {
    pub(super) id: PaymentId,
    pub(super) kind: PaymentKind,
    pub(super) source_id: PaymentId,
    /// Only what is pending is called.
    pub(super) status: PaymentState,
}

/// Money that moved: so much more is with the provider for the seller (less, if negative).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Booked {
    /// The row by which it moved.
    pub(super) payment_id: PaymentId,
    pub(super) amount_minor: i64,
}

impl Decision {
    /// The payment has this status now, and that is all.
    pub(super) const fn only(status: PaymentState) -> Self {
        Self {
            status,
            code: None,
            provider_id: None,
            made: None,
            changes: Vec::new(),
            follow_ups: Vec::new(),
            booked: None,
        }
    }

    /// A person has to look at it.
    pub(super) fn review(code: &str) -> Self {
        Self::only(PaymentState::NeedsReview).because(code)
    }

    pub(super) fn because(self, code: &str) -> Self {
        Self { code: Some(code.to_owned()), ..self }
    }

    pub(super) fn change(mut self, change: OrderChange) -> Self {
        self.changes.push(change);
        self
    }

    /// Asks for the next step with the money of `source_id`.
    pub(super) fn ask(mut self, kind: PaymentKind, source_id: PaymentId) -> Self {
        let (id, status) = (PaymentId::generate(), PaymentState::Pending);
        self.follow_ups.push(FollowUp { id, kind, source_id, status });
        self
    }

    pub(super) fn book(self, payment_id: PaymentId, amount_minor: i64) -> Self {
        Self { booked: Some(Booked { payment_id, amount_minor }), ..self }
    }
}
