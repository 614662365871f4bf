//! HTTP calls that go on through restarts, refusals and slow answers.

use std::{
    net::Ipv4Addr,
    sync::Arc,
    time::{Duration, Instant},
};

use reqwest::{
    Method, RequestBuilder, Response, StatusCode,
    header::{HeaderMap, RETRY_AFTER, SET_COOKIE},
    redirect,
};
use serde_json::Value;
use tokio::sync::Semaphore;

use super::{backoff::Backoff, measures::Measures};

/// Calls in flight at a time. Latencies count from the intended start, so a wait here shows in them.
const IN_FLIGHT: usize = 512;
/// How long one try may take.
const TRY: Duration = Duration::from_secs(8);

/// Calls services until they answer or the run is over.
#[derive(Debug)]
pub(crate) struct RetryingClient {
    client: reqwest::Client,
    in_flight: Semaphore,
    deadline: Instant,
    measures: Arc<Measures>,
}

/// One call, to be tried until there is an answer.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// Instances that answer alike; a failed try goes to the next one.
    pub(crate) urls: Vec<String>,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Option<Value>,
}

/// An answer that another try would not change: success, or a refusal for good.
#[derive(Debug, Clone)]
pub(crate) struct FinalAnswer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// Null when it is not JSON.
    pub(crate) body: Value,
}

impl FinalAnswer {
    /// Returns the stable code of a problem; empty when there is none.
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// Returns the cookie that a browser is given, as it sends it back; `None` if it is given none,
    /// or one is taken away.
    pub(crate) fn cookie(&self) -> Option<String> {
        let set = self.headers.get(SET_COOKIE)?.to_str().ok()?;
        let pair = set.split(';').next()?.trim();
        let (_, value) = pair.split_once('=')?;
        (!value.is_empty()).then(|| pair.to_owned())
    }
}

/// The run is over and the call has not been answered.
#[derive(Debug, Clone, thiserror::Error)]
#[error("gave up after {n_tries} tries, the last one: {last}")]
pub(crate) struct GaveUp {
    n_tries: u32,
    last: String,
}

impl Call {
    pub(crate) fn new(method: Method, url: impl Into<String>) -> Self {
        Self { method, urls: vec![url.into()], headers: Vec::new(), body: None }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    /// Says whom it is from, as a proxy does, if that is to be said.
    pub(crate) fn sent_from(self, address: Option<Ipv4Addr>) -> Self {
        match address {
            Some(address) => self.header("x-forwarded-for", address.to_string()),
            None => self,
        }
    }

    pub(crate) fn json(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }
}

impl RetryingClient {
    /// Creates a client that gives up at `deadline`.
    pub(crate) fn new(deadline: Instant, measures: Arc<Measures>) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder()
            .timeout(TRY)
            .connect_timeout(Duration::from_secs(3))
            .pool_max_idle_per_host(IN_FLIGHT)
            .tcp_nodelay(true)
            // Where a site sends somebody is an answer like any other.
            .redirect(redirect::Policy::none())
            .build()?;
        Ok(Self { client, in_flight: Semaphore::new(IN_FLIGHT), deadline, measures })
    }

    /// When everybody gives up.
    pub(crate) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Calls until there is a final answer. `on_retry` is told of each try with no certain outcome.
    ///
    /// # Errors
    ///
    /// Returns [`GaveUp`] when the run's time is over.
    pub(crate) async fn call(
        &self,
        call: &Call,
        mut on_retry: impl FnMut(&str),
    ) -> Result<FinalAnswer, GaveUp> {
        let mut backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(4));
        loop {
            let url = &call.urls[backoff.n_failures() as usize % call.urls.len()];
            let (failure, asked) = match self.try_once(call, url).await {
                Ok((answer, _)) if !is_temporary(&answer) => return Ok(answer),
                Ok((answer, asked)) => (format!("{} {}", answer.status, answer.code()), asked),
                Err(error) => (describe(&error), None),
            };
            self.measures.retried();
            on_retry(&failure);
            let wait = backoff.next(asked);
            if Instant::now() + wait >= self.deadline {
                return Err(GaveUp { n_tries: backoff.n_failures(), last: failure });
            }
            tokio::time::sleep(wait).await;
        }
    }

    /// Calls once; returns the answer and the wait that it asks for.
    async fn try_once(
        &self,
        call: &Call,
        url: &str,
    ) -> Result<(FinalAnswer, Option<Duration>), reqwest::Error> {
        let _permit = self.in_flight.acquire().await;
        let response = self.request(call, url).send().await?;
        let asked = retry_after(&response);
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await?;
        let body = serde_json::from_slice(&bytes).unwrap_or_default();
        Ok((FinalAnswer { status, headers, body }, asked))
    }

    fn request(&self, call: &Call, url: &str) -> RequestBuilder {
        let mut request = self.client.request(call.method.clone(), url);
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        match &call.body {
            Some(body) => request.json(body),
            None => request,
        }
    }
}

/// Whether another try may be answered differently.
fn is_temporary(answer: &FinalAnswer) -> bool {
    answer.status.is_server_error()
        || matches!(answer.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT)
        // The try before this one is still running, though its answer was lost.
        || answer.code() == "idempotency_key_running"
}

fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.parse::<f64>().ok()?;
    Some(Duration::from_secs_f64(seconds.clamp(0.0, 10.0)))
}

fn describe(error: &reqwest::Error) -> String {
    match error {
        error if error.is_timeout() => "no answer in time".to_owned(),
        error if error.is_connect() => "no connection".to_owned(),
        error => format!("cut off: {error}"),
    }
}
