//! The payment provider: what it can be asked.

use super::{
    answer::{ProviderAnswer, ProviderPayment, ProviderStatus},
    breaker::Breaker,
    transport::Transport,
};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use shared::{config::PaymentSettings, retry_budget::RetryBudget};

/// Asks the provider; clones share connections.
#[derive(Clone, Debug)]
pub struct ProviderClient(Transport);

/// A wish that an amount be held.
#[derive(Clone, Debug)]
pub(super) struct Authorization<'a> {
    /// Our name for the payment.
    pub(super) reference: String,
    pub(super) amount_minor: i64,
    pub(super) currency: &'a str,
    /// The provider's name for the means of payment.
    pub(super) payment_method: &'a str,
}

#[derive(Deserialize)]
struct PaymentList {
    data: Vec<ProviderPayment>,
}

impl ProviderClient {
    /// Makes a client that waits no longer than the settings say, and keeps as many connections.
    ///
    /// # Errors
    ///
    /// Returns what keeps the client from being made.
    pub fn new(settings: &PaymentSettings) -> anyhow::Result<Self> {
        Transport::new(settings).map(Self)
    }

    pub(super) const fn breaker(&self) -> &Breaker {
        self.0.breaker()
    }

    pub(super) const fn retries(&self) -> &RetryBudget {
        self.0.retries()
    }

    /// Asks to hold an amount.
    pub(super) async fn authorize(
        &self,
        key: &str,
        authorization: Authorization<'_>,
    ) -> ProviderAnswer<ProviderPayment> {
        let Authorization { reference, amount_minor, currency, payment_method } = authorization;
        let body = json!({
            "reference": reference,
            "amount_minor": amount_minor,
            "currency": currency,
            "payment_method": payment_method,
            "capture": false,
        });
        self.post(&["v1", "payments"], key, Some(body)).await
    }

    /// Asks to take what is held.
    pub(super) async fn capture(&self, key: &str, id: &str) -> ProviderAnswer<ProviderPayment> {
        self.post(&["v1", "payments", id, "capture"], key, None).await
    }

    /// Asks to let go what is held.
    pub(super) async fn void(&self, key: &str, id: &str) -> ProviderAnswer<ProviderPayment> {
        self.post(&["v1", "payments", id, "void"], key, None).await
    }

    /// Asks to give back what was taken.
    pub(super) async fn refund(
        &self,
        key: &str,
        id: &str,
        amount_minor: i64,
    ) -> ProviderAnswer<ProviderPayment> {
        let body = json!({ "amount_minor": amount_minor });
        self.post(&["v1", "payments", id, "refunds"], key, Some(body)).await
    }

    pub(super) async fn find(&self, id: &str) -> ProviderAnswer<ProviderPayment> {
        self.0.ask(self.0.request(Method::GET, &["v1", "payments", id], &[])).await
    }

    /// Looks for the payment that was made for the latest wish with this reference.
    pub(super) async fn find_by_reference(
        &self,
        reference: &str,
    ) -> ProviderAnswer<ProviderPayment> {
        let query = [("reference", reference)];
        let request = self.0.request(Method::GET, &["v1", "payments"], &query);
        let found = self.0.ask::<PaymentList>(request).await;
        found.and_then(|list| match one_that_counts(list.data) {
            Some(payment) => ProviderAnswer::Known(payment),
            None => ProviderAnswer::NotFound,
        })
    }

    async fn post(
        &self,
        path: &[&str],
        key: &str,
        body: Option<Value>,
    ) -> ProviderAnswer<ProviderPayment> {
        let request = self.0.request(Method::POST, path, &[]).header("Idempotency-Key", key);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        self.0.ask(request).await
    }
}

/// Of several payments, the last that was not declined.
///
/// Declined ones came to nothing, and may be those of another card. Whether ours was one of them,
/// the key of the call tells.
fn one_that_counts(payments: Vec<ProviderPayment>) -> Option<ProviderPayment> {
    payments.into_iter().rfind(|payment| payment.status != ProviderStatus::Declined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declined_card_does_not_stand_for_the_next() {
        let payment = |id: &str, status| ProviderPayment {
            id: id.into(),
            reference: "r".into(),
            status,
            amount_minor: 1,
            currency: "EUR".into(),
            captured_minor: None,
            refunded_minor: None,
            decline_code: None,
        };
        let declined = || payment("first", ProviderStatus::Declined);
        let held = payment("second", ProviderStatus::Authorized);
        assert_eq!(one_that_counts(vec![declined()]), None);
        assert_eq!(one_that_counts(vec![declined(), held.clone(), declined()]), Some(held));
    }
}
