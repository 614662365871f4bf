//! What to conclude from the provider's answers: one function per kind of call, and nothing but
//! conclusions, so that each can be read beside the saga.
//!
//! A row that was called before is looked up first: the answer may be there already, and some
//! providers repeat a broken answer for the same key forever.

use super::{
    answer::{ProviderAnswer, ProviderPayment, ProviderStatus},
    provider::{Authorization, ProviderClient},
};
use database::money::payments::{DuePayment, PaymentKind};
use shared::lifecycle::TicketState;

/// The provider's id of a payment of nothing, for which nobody is asked.
const FREE: &str = "free";
/// Calls after which an order that has ended no longer asks for an authorization that the
/// provider does not know of.
const ENOUGH_CALLS: u32 = 8;

/// What is known after a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conclusion {
    /// The amount is held under this id.
    Authorized(String),
    /// It will not be held.
    AuthorizationDeclined(String),
    /// It is taken.
    Captured,
    /// It will not be taken.
    CaptureDeclined(String),
    /// It is let go, or was never held.
    Voided,
    /// What was to be let go is taken.
    FoundCaptured,
    /// It is given back.
    Refunded,
    /// Nothing was asked for and nothing will be.
    GivenUp(&'static str),
    /// Not certain, so to be asked again. With the provider's id, if it is known now, and why.
    Unknown(Option<String>, String),
}

/// Makes the call that a row asks for and concludes.
pub async fn call(provider: &ProviderClient, due: &DuePayment) -> Conclusion {
    if due.amount_minor == 0 {
        return nothing_to_pay(due.kind);
    }
    match due.kind {
        PaymentKind::Authorize => authorize(provider, due).await,
        PaymentKind::Capture => capture(provider, due).await,
        PaymentKind::Void => void(provider, due).await,
        PaymentKind::Refund => refund(provider, due).await,
    }
}

fn nothing_to_pay(kind: PaymentKind) -> Conclusion {
    match kind {
        PaymentKind::Authorize => Conclusion::Authorized(FREE.into()),
        PaymentKind::Capture => Conclusion::Captured,
        PaymentKind::Void => Conclusion::Voided,
        PaymentKind::Refund => Conclusion::Refunded,
    }
}

async fn authorize(provider: &ProviderClient, due: &DuePayment) -> Conclusion {
    let is_wanted = due.order_state == TicketState::Authorizing;
    if due.calls == 0 && !is_wanted {
        return Conclusion::GivenUp("order_ended");
    }
    let reference = due.order_id.to_string();
    if due.calls > 0 {
        let found = match &due.provider_id {
            Some(id) => provider.find(id).await,
            None => provider.find_by_reference(&reference).await,
        };
        match found {
            ProviderAnswer::Known(payment) => return authorization(payment),
            ProviderAnswer::NotFound if !is_wanted && due.calls >= ENOUGH_CALLS => {
                return Conclusion::GivenUp("not_found");
            }
            // Also for an order that has ended: a request of ours may still be on its way, and
            // only the same key makes its fate certain. What it holds is let go then.
            ProviderAnswer::NotFound => {}
            other => return unknown(other),
        }
    }
    let wanted = Authorization {
        reference,
        amount_minor: due.amount_minor,
        currency: &due.currency,
        payment_method: due.payment_method.as_deref().unwrap_or_default(),
    };
    match provider.authorize(&due.idempotency_key, wanted).await {
        ProviderAnswer::Known(payment) => authorization(payment),
        ProviderAnswer::Refused { code, is_state: false } => {
            Conclusion::AuthorizationDeclined(code)
        }
        other => unknown(other),
    }
}

fn authorization(payment: ProviderPayment) -> Conclusion {
    match payment.status {
        ProviderStatus::Authorized | ProviderStatus::Captured => Conclusion::Authorized(payment.id),
        ProviderStatus::Declined => Conclusion::AuthorizationDeclined(
            payment.decline_code.unwrap_or_else(|| "declined".into()),
        ),
        ProviderStatus::Voided | ProviderStatus::Refunded => {
            Conclusion::AuthorizationDeclined("voided".into())
        }
        ProviderStatus::Pending | ProviderStatus::Other => {
            Conclusion::Unknown(Some(payment.id), "not decided yet".into())
        }
    }
}

async fn capture(provider: &ProviderClient, due: &DuePayment) -> Conclusion {
    let Some(id) = &due.provider_id else { return no_id() };
    if due.calls > 0 {
        match provider.find(id).await {
            ProviderAnswer::Known(payment) if payment.status == ProviderStatus::Authorized => {}
            ProviderAnswer::Known(payment) => return captured(payment),
            other => return unknown(other),
        }
    }
    match provider.capture(&due.idempotency_key, id).await {
        ProviderAnswer::Known(payment) => captured(payment),
        other => unknown(other),
    }
}

fn captured(payment: ProviderPayment) -> Conclusion {
    match payment.status {
        ProviderStatus::Captured => Conclusion::Captured,
        ProviderStatus::Declined => {
            Conclusion::CaptureDeclined(payment.decline_code.unwrap_or_else(|| "declined".into()))
        }
        ProviderStatus::Voided => Conclusion::CaptureDeclined("voided".into()),
        ProviderStatus::Pending
        | ProviderStatus::Authorized
        | ProviderStatus::Refunded
        | ProviderStatus::Other => {
            Conclusion::Unknown(None, format!("a capture left it {:?}", payment.status))
        }
    }
}

async fn void(provider: &ProviderClient, due: &DuePayment) -> Conclusion {
    let Some(id) = &due.provider_id else { return no_id() };
    if due.calls > 0 {
        match provider.find(id).await {
            ProviderAnswer::Known(payment) if holds(payment.status) => {}
            ProviderAnswer::Known(payment) => return voided(&payment),
            other => return unknown(other),
        }
    }
    match provider.void(&due.idempotency_key, id).await {
        ProviderAnswer::Known(payment) => voided(&payment),
        other => unknown(other),
    }
}

const fn holds(status: ProviderStatus) -> bool {
    matches!(status, ProviderStatus::Authorized | ProviderStatus::Pending)
}

fn voided(payment: &ProviderPayment) -> Conclusion {
    match payment.status {
        ProviderStatus::Voided | ProviderStatus::Declined | ProviderStatus::Refunded => {
            Conclusion::Voided
        }
        ProviderStatus::Captured => Conclusion::FoundCaptured,
        ProviderStatus::Pending | ProviderStatus::Authorized | ProviderStatus::Other => {
            Conclusion::Unknown(None, format!("a void left it {:?}", payment.status))
        }
    }
}

async fn refund(provider: &ProviderClient, due: &DuePayment) -> Conclusion {
    let Some(id) = &due.provider_id else { return no_id() };
    if due.calls > 0 {
        match provider.find(id).await {
            ProviderAnswer::Known(payment) if payment.status == ProviderStatus::Captured => {}
            ProviderAnswer::Known(payment) => return refunded(&payment),
            other => return unknown(other),
        }
    }
    match provider.refund(&due.idempotency_key, id, due.amount_minor).await {
        ProviderAnswer::Known(payment) => refunded(&payment),
        other => unknown(other),
    }
}

fn refunded(payment: &ProviderPayment) -> Conclusion {
    match payment.status {
        ProviderStatus::Refunded => Conclusion::Refunded,
        status => Conclusion::Unknown(None, format!("a refund left it {status:?}")),
    }
}

/// Whatever is not certain is asked again. A refusal because of the payment's state is one of
/// these: looking it up tells what state that is.
fn unknown(answer: ProviderAnswer<ProviderPayment>) -> Conclusion {
    let why = match answer {
        ProviderAnswer::Known(payment) => format!("it is {:?}", payment.status),
        ProviderAnswer::NotFound => "the provider does not know it".into(),
        ProviderAnswer::Refused { code, .. } => format!("refused: {code}"),
        ProviderAnswer::Unknown(why) => why,
    };
    Conclusion::Unknown(None, why)
}

fn no_id() -> Conclusion {
    Conclusion::Unknown(None, "the provider's id is missing".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payment(status: ProviderStatus) -> ProviderPayment {
        ProviderPayment { id: "p".into(), status, decline_code: None }
    }

    #[test]
    fn only_certain_states_conclude() {
        for status in [ProviderStatus::Pending, ProviderStatus::Other] {
            for conclusion in [
                authorization(payment(status)),
                captured(payment(status)),
                voided(&payment(status)),
                refunded(&payment(status)),
            ] {
                assert!(matches!(conclusion, Conclusion::Unknown(..)), "{conclusion:?}");
            }
        }
    }

    #[test]
    fn money_that_was_taken_is_never_taken_for_let_go() {
        assert_eq!(voided(&payment(ProviderStatus::Captured)), Conclusion::FoundCaptured);
        assert!(matches!(captured(payment(ProviderStatus::Authorized)), Conclusion::Unknown(..)));
    }

    #[test]
    fn what_costs_nothing_is_asked_of_nobody() {
        let conclusion = nothing_to_pay(PaymentKind::Authorize);
        assert_eq!(conclusion, Conclusion::Authorized(FREE.into()));
    }
}
