//! Whether an answer is about our payment at all: its reference, currency and amount are compared
//! with the row, whatever it says.
//!
//! Money that is held or was taken, but not as we asked for it, is left to a person: to go on with
//! it would be as wrong as to ask again.

use crate::payments::answer::{ProviderAnswer, ProviderPayment, ProviderStatus};
use database::money::payments::{Conclusion, DuePayment};

/// Returns the payment that an answer tells of, if it is the one that the row asks for.
///
/// Whatever is not certain is asked again. A refusal because of the payment's state is one of
/// these: looking it up tells what state that is.
pub(super) fn payment(
    due: &DuePayment,
    answer: ProviderAnswer<ProviderPayment>,
) -> Result<ProviderPayment, Conclusion> {
    match answer {
        ProviderAnswer::Known(payment) => match mismatch(due, &payment) {
            None => Ok(payment),
            Some(code) => Err(not_as_asked(due, &payment, code)),
        },
        ProviderAnswer::NotFound => Err(unknown("the provider does not know it")),
        ProviderAnswer::Refused { code, .. } => Err(unknown(format!("refused: {code}"))),
        ProviderAnswer::Unknown(why) => Err(unknown(why)),
    }
}

/// Returns the provider's id, without which nothing can be asked for.
pub(super) fn known_id(due: &DuePayment) -> Result<&str, Conclusion> {
    due.provider_id.as_deref().ok_or_else(|| unknown("the provider's id is missing"))
}

pub(super) fn unknown(why: impl Into<String>) -> Conclusion {
    Conclusion::Unknown { provider_id: None, why: why.into() }
}

fn mismatch(due: &DuePayment, payment: &ProviderPayment) -> Option<&'static str> {
    let is_other = |amount: Option<i64>| amount.is_some_and(|amount| amount != due.amount_minor);
    let moved_otherwise = match payment.status {
        ProviderStatus::Captured => is_other(payment.captured_minor),
        ProviderStatus::Refunded => is_other(payment.refunded_minor),
        ProviderStatus::Pending
        | ProviderStatus::Authorized
        | ProviderStatus::Declined
        | ProviderStatus::Voided
        | ProviderStatus::Other => false,
    };
    if payment.reference != due.order_id.to_string() {
        return Some("reference_mismatch");
    }
    if due.provider_id.as_ref().is_some_and(|id| *id != payment.id) {
        return Some("id_mismatch");
    }
    if !payment.currency.eq_ignore_ascii_case(&due.currency) {
        return Some("currency_mismatch");
    }
    (moved_otherwise || payment.amount_minor != due.amount_minor).then_some("amount_mismatch")
}

fn not_as_asked(due: &DuePayment, payment: &ProviderPayment, code: &'static str) -> Conclusion {
    let (payment_id, id, kind) = (due.id, due.order_id, due.kind.as_str());
    let ProviderPayment { id: provider_id, status, amount_minor, currency, .. } = payment;
    tracing::error!(
        payment.id = %payment_id, order.id = %id, kind, provider_id, code,
        "the provider's answer to {kind} of order {id} is not about what was asked for ({code}): \
         {provider_id} is {status:?}, {amount_minor} {currency}"
    );
    if has_money(payment.status) { Conclusion::NeedsReview { code } } else { unknown(code) }
}

const fn has_money(status: ProviderStatus) -> bool {
    match status {
        ProviderStatus::Authorized | ProviderStatus::Captured | ProviderStatus::Refunded => true,
        ProviderStatus::Pending
        | ProviderStatus::Declined
        | ProviderStatus::Voided
        | ProviderStatus::Other => false,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use database::money::payments::PaymentKind;
    use jiff::Timestamp;
    use shared::{
        ids::{DropId, OrderId, PaymentId},
        lifecycle::TicketState,
    };

    fn due() -> DuePayment {
        DuePayment {
            id: PaymentId::generate(),
            order_id: OrderId::generate(),
            drop_id: DropId::generate(),
            kind: PaymentKind::Capture,
            amount_minor: 500,
            currency: "EUR".into(),
            payment_method: None,
            provider_id: Some("pay_1".into()),
            calls: 0,
            last_call_at: None,
            created_at: Timestamp::UNIX_EPOCH,
            order_state: TicketState::Capturing,
        }
    }

    /// A payment as the provider tells of it.
    pub(in crate::payments::steps) fn found(status: ProviderStatus) -> ProviderPayment {
        ProviderPayment {
            id: "pay_1".into(),
            reference: "an order".into(),
            status,
            amount_minor: 500,
            currency: "eur".into(),
            captured_minor: Some(500),
            refunded_minor: Some(0),
            decline_code: None,
        }
    }

    fn ours(due: &DuePayment, status: ProviderStatus) -> ProviderPayment {
        ProviderPayment { reference: due.order_id.to_string(), ..found(status) }
    }

    #[test]
    fn an_answer_about_our_payment_counts() {
        let due = due();
        let ours = ours(&due, ProviderStatus::Captured);
        assert_eq!(payment(&due, ProviderAnswer::Known(ours.clone())), Ok(ours));
    }

    #[test]
    fn money_that_is_not_as_asked_for_is_left_to_a_person() {
        let due = due();
        let ours = || ours(&due, ProviderStatus::Captured);
        for (odd, code) in [
            (ProviderPayment { reference: "another".into(), ..ours() }, "reference_mismatch"),
            (ProviderPayment { id: "pay_2".into(), ..ours() }, "id_mismatch"),
            (ProviderPayment { currency: "KRW".into(), ..ours() }, "currency_mismatch"),
            (ProviderPayment { amount_minor: 499, ..ours() }, "amount_mismatch"),
            (ProviderPayment { captured_minor: Some(501), ..ours() }, "amount_mismatch"),
        ] {
            let conclusion = payment(&due, ProviderAnswer::Known(odd)).unwrap_err();
            assert_eq!(conclusion, Conclusion::NeedsReview { code });
        }
    }

    #[test]
    fn what_holds_no_money_and_is_not_ours_says_nothing() {
        let due = due();
        for status in [ProviderStatus::Pending, ProviderStatus::Declined, ProviderStatus::Voided] {
            let odd = ProviderPayment { amount_minor: 499, ..ours(&due, status) };
            let conclusion = payment(&due, ProviderAnswer::Known(odd)).unwrap_err();
            assert!(matches!(conclusion, Conclusion::Unknown { provider_id: None, .. }));
        }
    }
}
