//! Requests to the provider and its answers, as bytes.

use super::{
    answer::{self, ProviderAnswer},
    breaker::Breaker,
};
use crate::causes::with_causes;
use anyhow::Context as _;
use reqwest::{Method, RequestBuilder, Response, StatusCode, Url, redirect::Policy};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use shared::{
    config::PaymentSettings,
    retry_budget::{Dependency, RetryBudget},
    telemetry::HistogramName,
};
use std::time::{Duration, Instant};

/// A longer answer is none of a payment.
const LONGEST_BODY: usize = 64 * 1024;

/// Connections to the provider; clones share them.
#[derive(Clone, Debug)]
pub(super) struct Transport {
    client: reqwest::Client,
    base: Url,
    api_key: SecretString,
    breaker: Breaker,
    retries: RetryBudget,
}

impl Transport {
    pub(super) fn new(settings: &PaymentSettings) -> anyhow::Result<Self> {
        let base: Url =
            settings.provider_url.parse().context("payments.provider_url is no address")?;
        anyhow::ensure!(!base.cannot_be_a_base(), "payments.provider_url has no room for a path");
        let client = reqwest::Client::builder()
            .timeout(Duration::from_millis(settings.timeout_ms.get()))
            .pool_max_idle_per_host(settings.concurrency.get() as usize)
            .tcp_nodelay(true)
            // Money is asked of the address in the settings and of no other.
            .redirect(Policy::none())
            .no_proxy()
            .build()?;
        let api_key = settings.api_key.clone();
        let retries = RetryBudget::new(Dependency::Provider);
        Ok(Self { client, base, api_key, breaker: Breaker::new(), retries })
    }

    pub(super) const fn breaker(&self) -> &Breaker {
        &self.breaker
    }

    pub(super) const fn retries(&self) -> &RetryBudget {
        &self.retries
    }

    /// Begins a request. Each part of the path is escaped, since ids are the provider's.
    pub(super) fn request(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> RequestBuilder {
        self.client.request(method, self.url(path, query)).bearer_auth(self.api_key.expose_secret())
    }

    /// Sends a request and reads the answer.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
    ) -> ProviderAnswer<T> {
        let started = Instant::now();
        let answer = match exchange(request).await {
            Ok((status, body)) => answer::read(status, &body),
            Err(why) => ProviderAnswer::Unknown(why),
        };
        HistogramName::ProviderSeconds.get().record(started.elapsed().as_secs_f64());
        self.breaker.note(answer.is_answer());
        self.retries.note(answer.is_answer());
        answer
    }

    fn url(&self, path: &[&str], query: &[(&str, &str)]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }
}

async fn exchange(request: RequestBuilder) -> Result<(StatusCode, Vec<u8>), String> {
    let response = request.send().await.map_err(why)?;
    Ok((response.status(), read_body(response).await?))
}

async fn read_body(mut response: Response) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(why)? {
        if body.len() + chunk.len() > LONGEST_BODY {
            return Err(format!("an answer of more than {LONGEST_BODY} bytes"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The address may hold what should not be in a log.
fn why(error: reqwest::Error) -> String {
    with_causes(error.without_url())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::{NonZeroU32, NonZeroU64};

    fn transport(provider_url: &str) -> anyhow::Result<Transport> {
        Transport::new(&PaymentSettings {
            provider_url: provider_url.into(),
            api_key: "key".into(),
            callback_secret: "secret".into(),
            timeout_ms: NonZeroU64::MIN,
            concurrency: NonZeroU32::MIN,
            per_drop: NonZeroU32::MIN,
            give_up_after_seconds: NonZeroU64::MIN,
            review_after_seconds: NonZeroU64::MIN,
        })
    }

    #[test]
    fn an_id_stays_within_its_part_of_the_path() {
        for base in ["http://pay.test", "http://pay.test/"] {
            let url = transport(base).unwrap().url(&["v1", "payments", "a/../b?c=d#e%2f"], &[]);
            assert_eq!(url.path(), "/v1/payments/a%2F..%2Fb%3Fc=d%23e%252f");
            assert_eq!((url.query(), url.fragment()), (None, None));
        }
        let url = transport("http://pay.test/api").unwrap().url(&["v1"], &[("reference", "a&b")]);
        assert_eq!(url.as_str(), "http://pay.test/api/v1?reference=a%26b");
    }

    #[test]
    fn an_address_that_cannot_have_paths_is_refused() {
        for odd in ["", "pay.test", "mailto:pay@pay.test"] {
            assert!(transport(odd).is_err(), "{odd}");
        }
    }
}
