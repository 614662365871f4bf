//! Money set aside.

use super::{called::Called, certain};
use crate::payments::{
    answer::{ProviderAnswer, ProviderPayment, ProviderStatus},
    provider::{Authorization, ProviderClient},
};
use database::money::payments::{Conclusion, DuePayment};
use shared::lifecycle::TicketState;

/// Asks for an authorization, for as long as its order wants one.
pub(super) async fn authorize(
    provider: &ProviderClient,
    due: &DuePayment,
    is_quiet: bool,
) -> Called {
    let is_wanted = due.order_state == TicketState::Authorizing;
    if due.calls > 0 {
        match look_up(provider, due).await {
            // A request of ours may still be on its way: the same key makes its fate certain.
            ProviderAnswer::NotFound if is_wanted => {}
            ProviderAnswer::NotFound if is_quiet => return given_up("not_found"),
            ProviderAnswer::NotFound => return Called::NotThereYet,
            answer => return concluded(due, answer),
        }
    } else if !is_wanted {
        return given_up("order_ended");
    }
    let wanted = Authorization {
        reference: due.order_id.to_string(),
        amount_minor: due.amount_minor,
        currency: &due.currency,
        payment_method: due.payment_method.as_deref().unwrap_or_default(),
    };
    match provider.authorize(&due.key(), wanted).await {
        ProviderAnswer::Refused { code, is_state: false } => {
            Called::Concluded(Conclusion::AuthorizationDeclined { code })
        }
        answer => concluded(due, answer),
    }
}

async fn look_up(provider: &ProviderClient, due: &DuePayment) -> ProviderAnswer<ProviderPayment> {
    match &due.provider_id {
        Some(id) => provider.find(id).await,
        None => provider.find_by_reference(&due.order_id.to_string()).await,
    }
}

const fn given_up(code: &'static str) -> Called {
    Called::Concluded(Conclusion::GivenUp { code })
}

fn concluded(due: &DuePayment, answer: ProviderAnswer<ProviderPayment>) -> Called {
    let (Ok(conclusion) | Err(conclusion)) = certain::payment(due, answer).map(authorization);
    Called::Concluded(conclusion)
}

fn authorization(payment: ProviderPayment) -> Conclusion {
    match payment.status {
        ProviderStatus::Authorized | ProviderStatus::Captured => {
            Conclusion::Authorized { provider_id: payment.id }
        }
        ProviderStatus::Declined => Conclusion::AuthorizationDeclined {
            code: payment.decline_code.unwrap_or_else(|| "declined".into()),
        },
        ProviderStatus::Voided | ProviderStatus::Refunded => {
            Conclusion::AuthorizationDeclined { code: "voided".into() }
        }
        ProviderStatus::Pending | ProviderStatus::Other => {
            Conclusion::Unknown { provider_id: Some(payment.id), why: "not decided yet".into() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payments::steps::certain::tests::found;

    #[test]
    fn only_certain_states_conclude() {
        for status in [ProviderStatus::Pending, ProviderStatus::Other] {
            let conclusion = authorization(found(status));
            assert!(matches!(conclusion, Conclusion::Unknown { .. }), "{conclusion:?}");
        }
    }

    #[test]
    fn the_id_of_what_is_not_decided_yet_is_kept() {
        let Conclusion::Unknown { provider_id, .. } = authorization(found(ProviderStatus::Pending))
        else {
            panic!("not decided");
        };
        assert_eq!(provider_id.as_deref(), Some("pay_1"));
    }
}
