//! Money let go, or given back.

use super::certain;
use crate::payments::{answer::ProviderStatus, provider::ProviderClient};
use database::money::payments::{Conclusion, DuePayment};

/// Asks to let go what is authorized. Either way it returns what is known.
pub(super) async fn void(
    provider: &ProviderClient,
    due: &DuePayment,
) -> Result<Conclusion, Conclusion> {
    let id = certain::known_id(due)?;
    if due.calls > 0 {
        let payment = certain::payment(due, provider.find(id).await)?;
        if !matches!(payment.status, ProviderStatus::Authorized | ProviderStatus::Pending) {
            return Ok(voided(payment.status));
        }
    }
    let payment = certain::payment(due, provider.void(&due.key(), id).await)?;
    Ok(voided(payment.status))
}

fn voided(status: ProviderStatus) -> Conclusion {
    match status {
        ProviderStatus::Voided | ProviderStatus::Declined | ProviderStatus::Refunded => {
            Conclusion::Voided
        }
        ProviderStatus::Captured => Conclusion::FoundCaptured,
        ProviderStatus::Pending | ProviderStatus::Authorized | ProviderStatus::Other => {
            certain::unknown(format!("a void left it {status:?}"))
        }
    }
}

/// Asks to give back what was taken. Either way it returns what is known.
pub(super) async fn refund(
    provider: &ProviderClient,
    due: &DuePayment,
) -> Result<Conclusion, Conclusion> {
    let id = certain::known_id(due)?;
    if due.calls > 0 {
        let payment = certain::payment(due, provider.find(id).await)?;
        if payment.status != ProviderStatus::Captured {
            return Ok(refunded(payment.status));
        }
    }
    let answer = provider.refund(&due.key(), id, due.amount_minor).await;
    Ok(refunded(certain::payment(due, answer)?.status))
}

fn refunded(status: ProviderStatus) -> Conclusion {
    match status {
        ProviderStatus::Refunded => Conclusion::Refunded,
        ProviderStatus::Pending
        | ProviderStatus::Authorized
        | ProviderStatus::Declined
        | ProviderStatus::Captured
        | ProviderStatus::Voided
        | ProviderStatus::Other => certain::unknown(format!("a refund left it {status:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_certain_states_conclude() {
        for status in [ProviderStatus::Pending, ProviderStatus::Other] {
            for conclusion in [voided(status), refunded(status)] {
                assert!(matches!(conclusion, Conclusion::Unknown { .. }), "{conclusion:?}");
            }
        }
    }

    #[test]
    fn money_that_was_taken_is_never_taken_for_let_go() {
        assert_eq!(voided(ProviderStatus::Captured), Conclusion::FoundCaptured);
        assert!(matches!(refunded(ProviderStatus::Captured), Conclusion::Unknown { .. }));
    }
}
