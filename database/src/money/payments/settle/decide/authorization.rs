//! Money set aside, or not.

use crate::{
    money::payments::{
        begin::MAX_ATTEMPTS,
        due::PaymentKind,
        settle::{case::Case, decision::Decision, lock::LockedPayment},
        state::PaymentState,
    },
    ordering::changes::OrderChange,
};
use jiff::Timestamp;
use shared::lifecycle::TicketState;

/// Reason of an order whose card was declined: another may follow, or it was the last.
const DECLINED: &str = "declined";

/// The amount is held. The order passes the pivot if it waits for this card and its units are still
/// held; if not, the money is let go.
pub(super) fn authorized(
    case: &Case,
    payment: &LockedPayment,
    provider_id: &str,
    now: Timestamp,
) -> Decision {
    // All cards of an order have one reference, and what was found by it is another's.
    if case.is_of_another(payment, provider_id) {
        return Decision::only(PaymentState::Failed).because("of_another_card");
    }
    let found =
        |status| Decision { provider_id: Some(provider_id.to_owned()), ..Decision::only(status) };
    if !case.waits_for(payment) {
        // Or may be: that is known once the card that the order waits for has its answer.
        return if case.order.state == TicketState::Authorizing {
            found(PaymentState::Unknown)
        } else {
            found(PaymentState::Succeeded).ask(PaymentKind::Void, payment.id)
        };
    }
    let succeeded = found(PaymentState::Succeeded);
    let authorized = OrderChange::new(&case.order, TicketState::Authorized, None);
    if !case.is_held_at(now) {
        // The sweeper ends the order; its money need not wait for that.
        return succeeded.change(authorized).ask(PaymentKind::Void, payment.id);
    }
    let capturing = OrderChange::new(&authorized.leaves(), TicketState::Capturing, None);
    succeeded.change(authorized).change(capturing).ask(PaymentKind::Capture, payment.id)
}

/// There is no money by this row. An order that waits for it may be paid by another card, while its
/// hold lasts and it may still try one.
pub(super) fn without_money(
    case: &Case,
    payment: &LockedPayment,
    decision: Decision,
    now: Timestamp,
) -> Decision {
    if !case.waits_for(payment) {
        return decision;
    }
    let may_try_again = case.is_held_at(now) && payment.attempt < MAX_ATTEMPTS;
    let to = if may_try_again { TicketState::Reserved } else { TicketState::PaymentFailed };
    decision.change(OrderChange::new(&case.order, to, Some(DECLINED)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::payments::{
        conclusion::Conclusion,
        settle::decide::sample::{
            IN_TIME, TOO_LATE, after, asked, authorized, card_declined, payment, states,
        },
    };

    #[test]
    fn money_in_time_passes_the_pivot() {
        let card = payment(PaymentKind::Authorize);
        let decision = after(TicketState::Authorizing, &card, &authorized(), IN_TIME);
        assert_eq!(states(&decision), [TicketState::Authorized, TicketState::Capturing]);
        assert_eq!(decision.changes[1].order.sequence, decision.changes[0].order.sequence + 1);
        assert_eq!(asked(&decision), [(PaymentKind::Capture, card.id)]);
        assert_eq!(decision.status, PaymentState::Succeeded);
        assert_eq!(decision.provider_id.as_deref(), Some("pay_1"));
    }

    #[test]
    fn money_that_comes_too_late_is_let_go() {
        let card = payment(PaymentKind::Authorize);
        let decision = after(TicketState::Authorizing, &card, &authorized(), TOO_LATE);
        assert_eq!(states(&decision), [TicketState::Authorized]);
        assert_eq!(asked(&decision), [(PaymentKind::Void, card.id)]);

        let decision = after(TicketState::Expired, &card, &authorized(), TOO_LATE);
        assert!(decision.changes.is_empty());
        assert_eq!(asked(&decision), [(PaymentKind::Void, card.id)]);
    }

    #[test]
    fn money_of_a_card_before_waits_for_the_card_that_is_asked_now() {
        let card = LockedPayment { latest_attempt: 2, ..payment(PaymentKind::Authorize) };
        let decision = after(TicketState::Authorizing, &card, &authorized(), IN_TIME);
        assert_eq!(decision.status, PaymentState::Unknown);
        assert!(decision.changes.is_empty() && decision.follow_ups.is_empty());

        let decision = after(TicketState::Capturing, &card, &authorized(), IN_TIME);
        assert_eq!(asked(&decision), [(PaymentKind::Void, card.id)]);

        let card = LockedPayment { authorized_ids: vec!["pay_1".into()], ..card };
        let decision = after(TicketState::Capturing, &card, &authorized(), IN_TIME);
        assert_eq!(decision.status, PaymentState::Failed, "it is the other card's");
        assert!(decision.follow_ups.is_empty());
    }

    #[test]
    fn another_card_may_follow_while_there_is_time() {
        let card = payment(PaymentKind::Authorize);
        let fifth = LockedPayment { attempt: 5, latest_attempt: 5, ..card.clone() };
        let earlier = LockedPayment { latest_attempt: 2, ..card.clone() };
        for (card, now, expected) in [
            (&card, IN_TIME, vec![TicketState::Reserved]),
            (&card, TOO_LATE, vec![TicketState::PaymentFailed]),
            (&fifth, IN_TIME, vec![TicketState::PaymentFailed]),
            (&earlier, IN_TIME, vec![]),
        ] {
            for (conclusion, status) in [
                (card_declined(), PaymentState::Declined),
                (Conclusion::GivenUp { code: "not_found" }, PaymentState::Failed),
            ] {
                let decision = after(TicketState::Authorizing, card, &conclusion, now);
                assert_eq!((states(&decision), decision.status), (expected.clone(), status));
                assert!(decision.follow_ups.is_empty());
            }
        }
    }
}
