//! What to conclude from the provider's answers: one function per kind of call, and nothing but
//! conclusions, so that each can be read beside the saga.
//!
//! | file | holds |
//! |---|---|
//! | `authorize` | money set aside |
//! | `capture` | money taken |
//! | `let_go` | money let go, or given back |
//! | `certain` | whether an answer is about our payment at all |
//! | `called` | what comes of a call |
//!
//! A row that was called before is looked up first: the answer may be there already, and some
//! providers repeat a broken answer for the same key forever.

mod authorize;
mod called;
mod capture;
mod certain;
mod let_go;

pub use called::Called;

use super::provider::ProviderClient;
use authorize::authorize;
use capture::capture;
use database::money::payments::{Conclusion, DuePayment, PaymentKind};
use let_go::{refund, void};

/// The provider's id of a payment of nothing, for which nobody is asked.
const FREE: &str = "free";

/// Makes the call that a row asks for and concludes. `is_quiet` says that no request of the calls
/// before this one can be on its way any more.
pub async fn call(provider: &ProviderClient, due: &DuePayment, is_quiet: bool) -> Called {
    if due.amount_minor == 0 {
        return Called::Concluded(nothing_to_pay(due.kind));
    }
    let concluded = match due.kind {
        PaymentKind::Authorize => return authorize(provider, due, is_quiet).await,
        PaymentKind::Capture => capture(provider, due).await,
        PaymentKind::Void => void(provider, due).await,
        PaymentKind::Refund => refund(provider, due).await,
    };
    let (Ok(conclusion) | Err(conclusion)) = concluded;
    Called::Concluded(conclusion)
}

fn nothing_to_pay(kind: PaymentKind) -> Conclusion {
    match kind {
        PaymentKind::Authorize => Conclusion::Authorized { provider_id: FREE.into() },
        PaymentKind::Capture => Conclusion::Captured,
        PaymentKind::Void => Conclusion::Voided,
        PaymentKind::Refund => Conclusion::Refunded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_costs_nothing_is_asked_of_nobody() {
        let conclusion = nothing_to_pay(PaymentKind::Authorize);
        assert_eq!(conclusion, Conclusion::Authorized { provider_id: FREE.into() });
    }
}
