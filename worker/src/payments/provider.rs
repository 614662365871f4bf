//! The payment provider over HTTP.

use super::answer::{self, ProviderAnswer, ProviderPayment, ProviderStatus};
use crate::causes::with_causes;
use reqwest::{Method, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use shared::{config::PaymentSettings, telemetry::HistogramName};
use std::time::{Duration, Instant};

/// Asks the provider; clones share connections.
#[derive(Clone, Debug)]
pub struct ProviderClient {
    client: reqwest::Client,
    base: String,
    api_key: SecretString,
}

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
    /// Makes a client that waits no longer than the settings say.
    ///
    /// # Errors
    ///
    /// Returns what keeps the client from being made.
    pub fn new(settings: &PaymentSettings) -> Result<Self, reqwest::Error> {
        let timeout = Duration::from_millis(settings.timeout_ms.get());
        Ok(Self {
            client: reqwest::Client::builder().timeout(timeout).no_proxy().build()?,
            base: settings.provider_url.trim_end_matches('/').to_owned(),
            api_key: settings.api_key.clone(),
        })
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
        self.post("/v1/payments", key, Some(body)).await
    }

    /// Asks to take what is held.
    pub(super) async fn capture(&self, key: &str, id: &str) -> ProviderAnswer<ProviderPayment> {
        self.post(&format!("/v1/payments/{id}/capture"), key, None).await
    }

    /// Asks to let go what is held.
    pub(super) async fn void(&self, key: &str, id: &str) -> ProviderAnswer<ProviderPayment> {
        self.post(&format!("/v1/payments/{id}/void"), key, None).await
    }

    /// Asks to give back what was taken.
    pub(super) async fn refund(
        &self,
        key: &str,
        id: &str,
        amount_minor: i64,
    ) -> ProviderAnswer<ProviderPayment> {
        let body = json!({ "amount_minor": amount_minor });
        self.post(&format!("/v1/payments/{id}/refunds"), key, Some(body)).await
    }

    pub(super) async fn find(&self, id: &str) -> ProviderAnswer<ProviderPayment> {
        ask(self.request(Method::GET, &format!("/v1/payments/{id}"))).await
    }

    pub(super) async fn find_by_reference(
        &self,
        reference: &str,
    ) -> ProviderAnswer<ProviderPayment> {
        // Ours is a bare UUID, so it needs no escaping.
        let path = format!("/v1/payments?reference={reference}");
        let found = ask::<PaymentList>(self.request(Method::GET, &path)).await;
        found.and_then(|list| match one_that_counts(list.data) {
            Some(payment) => ProviderAnswer::Known(payment),
            None => ProviderAnswer::NotFound,
        })
    }

    async fn post(
        &self,
        path: &str,
        key: &str,
        body: Option<Value>,
    ) -> ProviderAnswer<ProviderPayment> {
        let request = self.request(Method::POST, path).header("Idempotency-Key", key);
        ask(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.base))
            .bearer_auth(self.api_key.expose_secret())
    }
}

/// Of several payments, one that was not declined: declined ones are attempts that came to nothing.
fn one_that_counts(mut payments: Vec<ProviderPayment>) -> Option<ProviderPayment> {
    let counts = payments.iter().position(|payment| payment.status != ProviderStatus::Declined);
    let at = counts.or(payments.len().checked_sub(1))?;
    Some(payments.swap_remove(at))
}

async fn ask<T: DeserializeOwned>(request: RequestBuilder) -> ProviderAnswer<T> {
    let started = Instant::now();
    let answer = match request.send().await {
        Ok(response) => {
            let status = response.status();
            match response.bytes().await {
                Ok(body) => answer::read(status, &body),
                Err(error) => unknown(error),
            }
        }
        Err(error) => unknown(error),
    };
    HistogramName::ProviderSeconds.get().record(started.elapsed().as_secs_f64());
    answer
}

/// The address may hold what should not be in a log.
fn unknown<T>(error: reqwest::Error) -> ProviderAnswer<T> {
    ProviderAnswer::Unknown(with_causes(error.without_url()))
}
