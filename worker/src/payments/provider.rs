//! The payment provider over HTTP.

use reqwest::{Method, RequestBuilder, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use shared::{config::PaymentSettings, telemetry::HistogramName};
use std::time::{Duration, Instant};

/// Asks the provider.
#[derive(Clone, Debug)]
pub struct Provider {
    client: reqwest::Client,
    base: String,
    api_key: SecretString,
}

/// A payment as the provider has it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ProviderPayment {
    /// Its id there.
    pub id: String,
    /// Where it is.
    pub status: ProviderStatus,
    /// Why it was declined.
    pub decline_code: Option<String>,
}

/// Where a payment is at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderStatus {
    /// Not decided yet.
    Pending,
    /// Held.
    Authorized,
    /// Not to be had.
    Declined,
    /// Taken.
    Captured,
    /// Let go.
    Voided,
    /// Given back.
    Refunded,
    /// A word that we do not know; nothing is concluded from it.
    #[serde(other)]
    Other,
}

/// What the provider said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<T> {
    /// This.
    Known(T),
    /// That there is no such thing.
    NotFound,
    /// That the request makes no sense, now or ever.
    Refused {
        /// Its code for it.
        code: String,
        /// Whether the payment is in a state that does not allow it.
        is_state: bool,
    },
    /// Nothing certain: no answer, or one of a broken server. It may have happened.
    Unknown(String),
}

/// What is sent with a request that changes something.
#[derive(Clone, Debug)]
pub struct Authorization<'a> {
    /// Our name for the payment.
    pub reference: String,
    /// How much.
    pub amount_minor: i64,
    /// In which currency.
    pub currency: &'a str,
    /// The provider's name for the means of payment.
    pub payment_method: &'a str,
}

#[derive(Deserialize)]
struct List {
    data: Vec<ProviderPayment>,
}

#[derive(Deserialize)]
struct Problem {
    code: String,
}

impl Provider {
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
    pub async fn authorize(
        &self,
        key: &str,
        authorization: Authorization<'_>,
    ) -> Answer<ProviderPayment> {
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
    pub async fn capture(&self, key: &str, id: &str) -> Answer<ProviderPayment> {
        self.post(&format!("/v1/payments/{id}/capture"), key, None).await
    }

    /// Asks to let go what is held.
    pub async fn void(&self, key: &str, id: &str) -> Answer<ProviderPayment> {
        self.post(&format!("/v1/payments/{id}/void"), key, None).await
    }

    /// Asks to give back what was taken.
    pub async fn refund(&self, key: &str, id: &str, amount_minor: i64) -> Answer<ProviderPayment> {
        let body = json!({ "amount_minor": amount_minor });
        self.post(&format!("/v1/payments/{id}/refunds"), key, Some(body)).await
    }

    /// Looks a payment up.
    pub async fn find(&self, id: &str) -> Answer<ProviderPayment> {
        ask(self.request(Method::GET, &format!("/v1/payments/{id}"))).await
    }

    /// Looks the payment of a reference up. Of several, one that was not declined: declined ones
    /// are attempts that came to nothing.
    pub async fn find_by_reference(&self, reference: &str) -> Answer<ProviderPayment> {
        // Ours is a bare UUID, so it needs no escaping.
        let path = format!("/v1/payments?reference={reference}");
        let request = self.request(Method::GET, &path);
        match ask::<List>(request).await {
            Answer::Known(mut list) => {
                let counts =
                    list.data.iter().position(|payment| payment.status != ProviderStatus::Declined);
                match counts.or(list.data.len().checked_sub(1)) {
                    Some(at) => Answer::Known(list.data.swap_remove(at)),
                    None => Answer::NotFound,
                }
            }
            Answer::NotFound => Answer::NotFound,
            Answer::Refused { code, is_state } => Answer::Refused { code, is_state },
            Answer::Unknown(why) => Answer::Unknown(why),
        }
    }

    async fn post(&self, path: &str, key: &str, body: Option<Value>) -> Answer<ProviderPayment> {
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

async fn ask<T: DeserializeOwned>(request: RequestBuilder) -> Answer<T> {
    let started = Instant::now();
    let answer = match request.send().await {
        Ok(response) => {
            let status = response.status();
            match response.bytes().await {
                Ok(body) => read(status, &body),
                Err(error) => Answer::Unknown(without_url(error)),
            }
        }
        Err(error) => Answer::Unknown(without_url(error)),
    };
    HistogramName::ProviderSeconds.get().record(started.elapsed().as_secs_f64());
    answer
}

fn read<T: DeserializeOwned>(status: StatusCode, body: &[u8]) -> Answer<T> {
    if status.is_success() {
        return match serde_json::from_slice(body) {
            Ok(known) => Answer::Known(known),
            Err(error) => Answer::Unknown(format!("an answer that cannot be read: {error}")),
        };
    }
    match status {
        StatusCode::NOT_FOUND => Answer::NotFound,
        StatusCode::BAD_REQUEST | StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY => {
            let problem = serde_json::from_slice::<Problem>(body);
            let code = problem.map_or_else(|_| "refused".to_owned(), |problem| problem.code);
            Answer::Refused { code, is_state: status == StatusCode::CONFLICT }
        }
        // Our key, its load, its faults: none of them says anything about the payment.
        _ => Answer::Unknown(format!("status {status}")),
    }
}

/// The address may hold what should not be in a log.
fn without_url(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer<ProviderPayment> {
        read(StatusCode::from_u16(status).unwrap(), body.as_bytes())
    }

    #[test]
    fn only_a_clear_answer_counts() {
        let known = answer(200, r#"{"id":"p","status":"authorized","more":1}"#);
        assert!(matches!(known, Answer::Known(payment) if payment.id == "p"));
        assert_eq!(answer(404, ""), Answer::NotFound);
        let refused = answer(409, r#"{"code":"wrong_state"}"#);
        assert_eq!(refused, Answer::Refused { code: "wrong_state".into(), is_state: true });
        for status in [401, 403, 408, 429, 500, 502, 503] {
            assert!(matches!(answer(status, "{}"), Answer::Unknown(_)), "{status}");
        }
        assert!(matches!(answer(200, "<html>"), Answer::Unknown(_)));
    }

    #[test]
    fn an_unknown_word_concludes_nothing() {
        let Answer::Known(payment) = answer(200, r#"{"id":"p","status":"under_review"}"#) else {
            panic!("readable");
        };
        assert_eq!(payment.status, ProviderStatus::Other);
    }
}
