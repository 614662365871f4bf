//! What an answer does: to its payment, to its order, to the ledger, and what is asked for next.
//! Nothing but rules, so that they can be read beside the saga.
//!
//! | file | holds |
//! |---|---|
//! | `authorization.rs` | money set aside, or not |
//! | `capture.rs` | money taken, or not |
//! | `mod.rs` | which rule it is, and those of one line |

mod authorization;
mod capture;
#[cfg(test)]
mod sample;

use super::{case::Case, decision::Decision, lock::LockedPayment};
use crate::money::payments::{conclusion::Conclusion, state::PaymentState};
use jiff::Timestamp;

/// Decides what an answer to a payment does, at this moment, to an order that is locked.
pub(super) fn decide(
    case: &Case,
    payment: &LockedPayment,
    conclusion: &Conclusion,
    now: Timestamp,
) -> Decision {
    if !conclusion.answers(payment.kind) {
        return Decision::review("answer_of_another_kind");
    }
    match conclusion {
        Conclusion::Authorized { provider_id } => {
            authorization::authorized(case, payment, provider_id, now)
        }
        Conclusion::AuthorizationDeclined { code } => {
            let decision = Decision::only(PaymentState::Declined).because(code);
            authorization::without_money(case, payment, decision, now)
        }
        Conclusion::GivenUp { code } => {
            let decision = Decision::only(PaymentState::Failed).because(code);
            authorization::without_money(case, payment, decision, now)
        }
        Conclusion::Captured => capture::captured(case, payment),
        Conclusion::CaptureDeclined { code } => capture::declined(case, code),
        Conclusion::Voided => Decision::only(PaymentState::Succeeded),
        Conclusion::FoundCaptured => capture::found(case, payment),
        Conclusion::Refunded => {
            Decision::only(PaymentState::Succeeded).book(payment.id, -payment.amount_minor)
        }
        Conclusion::Unknown { provider_id, .. } => {
            Decision { provider_id: provider_id.clone(), ..Decision::only(PaymentState::Unknown) }
        }
        Conclusion::NeedsReview { code } => Decision::review(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::payments::due::PaymentKind;
    use sample::{IN_TIME, after, authorized, card_declined, payment};
    use shared::lifecycle::TicketState;

    #[test]
    fn an_answer_of_another_kind_is_left_to_a_person() {
        let capture = payment(PaymentKind::Capture);
        for conclusion in [authorized(), card_declined(), Conclusion::GivenUp { code: "not_found" }]
        {
            let decision = after(TicketState::Capturing, &capture, &conclusion, IN_TIME);
            assert_eq!(decision.status, PaymentState::NeedsReview);
            assert!(decision.changes.is_empty() && decision.follow_ups.is_empty());
        }
    }

    #[test]
    fn a_refund_is_booked_the_other_way() {
        let refund = payment(PaymentKind::Refund);
        let decision = after(TicketState::Confirmed, &refund, &Conclusion::Refunded, IN_TIME);
        let booked = decision.booked.map(|booked| (booked.payment_id, booked.amount_minor));
        assert_eq!(booked, Some((refund.id, -3_000)));
        assert!(decision.changes.is_empty());
    }
}
