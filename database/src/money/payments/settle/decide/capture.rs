//! Money taken, or not.

use crate::{
    money::payments::{
        due::PaymentKind,
        settle::{
            case::Case,
            decision::{Decision, FollowUp},
            lock::LockedPayment,
        },
        state::PaymentState,
    },
    ordering::changes::OrderChange,
};
use shared::{ids::PaymentId, lifecycle::TicketState};

/// Reason of an order whose capture was declined.
const DECLINED: &str = "capture_declined";
/// Code of money that was taken although the order was captured before.
const SECOND_CAPTURE: &str = "second_capture";

/// The money is taken: the units are sold.
pub(super) fn captured(case: &Case, payment: &LockedPayment) -> Decision {
    if case.is_captured(payment) {
        return Decision::review(SECOND_CAPTURE);
    }
    let taken = Decision::only(PaymentState::Succeeded).book(payment.id, payment.amount_minor);
    if case.order.state != TicketState::Capturing {
        // Impossible while the pivot holds; money for nothing goes back all the same.
        return taken.ask(PaymentKind::Refund, payment.id);
    }
    let sold = taken.change(OrderChange::new(&case.order, TicketState::Confirmed, None));
    if payment.drop_is_cancelled { sold.ask(PaymentKind::Refund, payment.id) } else { sold }
}

/// The money is not taken after all. It is let go with the order.
pub(super) fn declined(case: &Case, code: &str) -> Decision {
    let closed = Decision::only(PaymentState::Declined).because(code);
    if case.order.state != TicketState::Capturing {
        return closed;
    }
    let to = TicketState::PaymentFailed;
    closed.change(OrderChange::new(&case.order, to, Some(DECLINED)))
}

/// What was to be let go had been captured, against our belief: it is booked and refunded.
pub(super) fn found(case: &Case, payment: &LockedPayment) -> Decision {
    if case.is_captured(payment) {
        return Decision::review(SECOND_CAPTURE);
    }
    let capture_id = payment.capture_id.unwrap_or_else(PaymentId::generate);
    let noted = payment.capture_id.is_none().then_some(FollowUp {
        id: capture_id,
        kind: PaymentKind::Capture,
        source_id: payment.source_id,
        status: PaymentState::Succeeded,
    });
    Decision {
        made: payment.capture_id,
        follow_ups: noted.into_iter().collect(),
        ..Decision::only(PaymentState::Failed).because("captured")
    }
    .book(capture_id, payment.amount_minor)
    .ask(PaymentKind::Refund, capture_id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::payments::{
        conclusion::Conclusion,
        settle::decide::sample::{IN_TIME, TOO_LATE, after, asked, payment, states},
    };

    #[test]
    fn taken_money_sells_the_units_or_goes_back() {
        let capture = payment(PaymentKind::Capture);
        let sold = after(TicketState::Capturing, &capture, &Conclusion::Captured, TOO_LATE);
        assert_eq!(states(&sold), [TicketState::Confirmed]);
        assert_eq!(sold.booked.map(|booked| booked.amount_minor), Some(3_000));
        assert!(sold.follow_ups.is_empty());

        let for_nothing = after(TicketState::Expired, &capture, &Conclusion::Captured, TOO_LATE);
        assert!(for_nothing.changes.is_empty() && for_nothing.booked.is_some());
        assert_eq!(asked(&for_nothing), [(PaymentKind::Refund, capture.id)]);

        let capture = LockedPayment { drop_is_cancelled: true, ..capture };
        let cancelled = after(TicketState::Capturing, &capture, &Conclusion::Captured, IN_TIME);
        assert_eq!(states(&cancelled), [TicketState::Confirmed]);
        assert_eq!(asked(&cancelled), [(PaymentKind::Refund, capture.id)]);
    }

    #[test]
    fn money_is_never_taken_twice_without_a_person() {
        for (kind, conclusion) in [
            (PaymentKind::Capture, Conclusion::Captured),
            (PaymentKind::Void, Conclusion::FoundCaptured),
        ] {
            let again = LockedPayment { is_captured: true, ..payment(kind) };
            let decision = after(TicketState::Capturing, &again, &conclusion, IN_TIME);
            assert_eq!(decision.status, PaymentState::NeedsReview);
            assert!(decision.changes.is_empty() && decision.booked.is_none());
        }
    }

    #[test]
    fn a_declined_capture_ends_the_order() {
        let capture = payment(PaymentKind::Capture);
        let conclusion = Conclusion::CaptureDeclined { code: "card_declined".into() };
        let decision = after(TicketState::Capturing, &capture, &conclusion, TOO_LATE);
        assert_eq!(states(&decision), [TicketState::PaymentFailed]);
        assert_eq!(decision.code.as_deref(), Some("card_declined"));
    }

    #[test]
    fn a_capture_against_our_belief_is_booked_and_refunded() {
        let void = payment(PaymentKind::Void);
        let found = Conclusion::FoundCaptured;
        let decision = after(TicketState::Expired, &void, &found, TOO_LATE);
        let noted = decision.follow_ups[0];
        assert_eq!((noted.kind, noted.source_id), (PaymentKind::Capture, void.source_id));
        assert_eq!(noted.status, PaymentState::Succeeded);
        assert_eq!(asked(&decision)[1], (PaymentKind::Refund, noted.id));
        assert_eq!(decision.booked.map(|booked| booked.payment_id), Some(noted.id));

        let declined = PaymentId::generate();
        let void = LockedPayment { capture_id: Some(declined), ..void };
        let decision = after(TicketState::PaymentFailed, &void, &found, TOO_LATE);
        assert_eq!(decision.made, Some(declined));
        assert_eq!(asked(&decision), [(PaymentKind::Refund, declined)]);
    }
}
