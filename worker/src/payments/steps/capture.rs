//! Money taken.

use super::certain;
use crate::payments::{
    answer::{ProviderPayment, ProviderStatus},
    provider::ProviderClient,
};
use database::money::payments::{Conclusion, DuePayment};

/// Asks to take what is authorized. Either way it returns what is known.
pub(super) async fn capture(
    provider: &ProviderClient,
    due: &DuePayment,
) -> Result<Conclusion, Conclusion> {
    let id = certain::known_id(due)?;
    if due.calls > 0 {
        let payment = certain::payment(due, provider.find(id).await)?;
        if payment.status != ProviderStatus::Authorized {
            return Ok(captured(payment));
        }
    }
    let payment = certain::payment(due, provider.capture(&due.key(), id).await)?;
    Ok(captured(payment))
}

fn captured(payment: ProviderPayment) -> Conclusion {
    match payment.status {
        ProviderStatus::Captured => Conclusion::Captured,
        ProviderStatus::Declined => Conclusion::CaptureDeclined {
            code: payment.decline_code.unwrap_or_else(|| "declined".into()),
        },
        ProviderStatus::Voided => Conclusion::CaptureDeclined { code: "voided".into() },
        ProviderStatus::Pending
        | ProviderStatus::Authorized
        | ProviderStatus::Refunded
        | ProviderStatus::Other => {
            certain::unknown(format!("a capture left it {:?}", payment.status))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payments::steps::certain::tests::found;

    #[test]
    fn only_certain_states_conclude() {
        for status in [ProviderStatus::Pending, ProviderStatus::Authorized, ProviderStatus::Other] {
            let conclusion = captured(found(status));
            assert!(matches!(conclusion, Conclusion::Unknown { .. }), "{conclusion:?}");
        }
        assert_eq!(captured(found(ProviderStatus::Captured)), Conclusion::Captured);
    }
}
