//! Payments to try answers on.

use super::decide;
use crate::{
    money::payments::{
        conclusion::Conclusion,
        due::PaymentKind,
        settle::{case::Case, decision::Decision, lock::LockedPayment},
    },
    ordering::changes::sample,
};
use jiff::Timestamp;
use shared::{
    ids::{OrderId, PaymentId},
    lifecycle::TicketState,
};

pub(super) const IN_TIME: Timestamp = Timestamp::constant(999, 0);
pub(super) const TOO_LATE: Timestamp = sample::HOLD_ENDS_AT;

pub(super) fn payment(kind: PaymentKind) -> LockedPayment {
    LockedPayment {
        id: PaymentId::generate(),
        order_id: OrderId::generate(),
        kind,
        source_id: PaymentId::generate(),
        attempt: 1,
        amount_minor: 3_000,
        currency: "KRW".into(),
        payment_method: None,
        provider_id: Some("pay_1".into()),
        capture_id: None,
        latest_attempt: 1,
        is_captured: false,
        authorized_ids: Vec::new(),
        drop_is_cancelled: false,
    }
}

pub(super) fn authorized() -> Conclusion {
    Conclusion::Authorized { provider_id: "pay_1".into() }
}

pub(super) fn card_declined() -> Conclusion {
    Conclusion::AuthorizationDeclined { code: "card_declined".into() }
}

/// Decides on an answer to a payment of an order in this state.
pub(super) fn after(
    state: TicketState,
    payment: &LockedPayment,
    conclusion: &Conclusion,
    now: Timestamp,
) -> Decision {
    decide(&Case::new(sample::order(state)), payment, conclusion, now)
}

pub(super) fn states(decision: &Decision) -> Vec<TicketState> {
    decision.changes.iter().map(|change| change.to).collect()
}

/// What is asked for next, with whose money.
pub(super) fn asked(decision: &Decision) -> Vec<(PaymentKind, PaymentId)> {
    decision.follow_ups.iter().map(|row| (row.kind, row.source_id)).collect()
}
