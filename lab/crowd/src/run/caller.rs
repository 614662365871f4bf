//! HTTP calls that go on through restarts, refusals and slow answers.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use reqwest::{Method, RequestBuilder, Response, StatusCode, header::RETRY_AFTER};
use serde_json::Value;
use tokio::sync::Semaphore;

use super::{backoff::Backoff, measures::Measures};

/// Calls in flight at a time. Latencies count from the intended start, so waiting here shows.
const IN_FLIGHT: usize = 512;
/// How long one try may take.
const TRY: Duration = Duration::from_secs(8);

/// Calls services until they answer or the run is over.
#[derive(Debug)]
pub struct Caller {
    client: reqwest::Client,
    in_flight: Semaphore,
    deadline: Instant,
    measures: Arc<Measures>,
}

/// One call: where and with what.
#[derive(Debug, Clone)]
pub struct Call {
    /// The verb.
    pub method: Method,
    /// Addresses that answer alike; a failed try goes to the next one.
    pub urls: Vec<String>,
    /// Header lines.
    pub headers: Vec<(&'static str, String)>,
    /// The JSON body.
    pub body: Option<Value>,
}

/// An answer that is worth having: success, or a refusal that would stay the same.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The body; null when it is no JSON.
    pub body: Value,
    /// How many tries it took.
    pub n_tries: u32,
}

impl Answer {
    /// The stable code of a problem.
    #[must_use]
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

/// The run is over and the call has not been answered.
#[derive(Debug, Clone, thiserror::Error)]
#[error("gave up after {n_tries} tries, the last one: {last}")]
pub struct GaveUp {
    /// How many tries were made.
    pub n_tries: u32,
    /// How the last one failed.
    pub last: String,
}

impl Call {
    /// A call without body.
    #[must_use]
    pub fn new(method: Method, url: impl Into<String>) -> Self {
        Self { method, urls: vec![url.into()], headers: Vec::new(), body: None }
    }

    /// Adds a header line.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Adds a bearer token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    /// Sets the body.
    #[must_use]
    pub fn json(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }
}

impl Caller {
    /// Makes a caller that gives up at `deadline`.
    ///
    /// # Errors
    ///
    /// Returns an error when the HTTP client cannot be built.
    pub fn new(deadline: Instant, measures: Arc<Measures>) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder()
            .timeout(TRY)
            .connect_timeout(Duration::from_secs(3))
            .pool_max_idle_per_host(IN_FLIGHT)
            .tcp_nodelay(true)
            .build()?;
        Ok(Self { client, in_flight: Semaphore::new(IN_FLIGHT), deadline, measures })
    }

    /// When everybody gives up.
    #[must_use]
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Calls until there is an answer. `on_retry` hears of each try that led to nothing certain.
    ///
    /// # Errors
    ///
    /// Returns [`GaveUp`] when the run's time is over.
    pub async fn call(
        &self,
        call: &Call,
        mut on_retry: impl FnMut(&str),
    ) -> Result<Answer, GaveUp> {
        let mut backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(4));
        loop {
            let url = &call.urls[backoff.n_failures() as usize % call.urls.len()];
            let (failure, asked) = match self.try_once(call, url).await {
                Ok((answer, _)) if !is_passing(&answer) => {
                    return Ok(Answer { n_tries: backoff.n_failures() + 1, ..answer });
                }
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

    /// Calls once, whatever comes of it.
    async fn try_once(
        &self,
        call: &Call,
        url: &str,
    ) -> Result<(Answer, Option<Duration>), reqwest::Error> {
        let _permit = self.in_flight.acquire().await;
        let response = self.request(call, url).send().await?;
        let asked = retry_after(&response);
        let status = response.status();
        let bytes = response.bytes().await?;
        let body = serde_json::from_slice(&bytes).unwrap_or_default();
        Ok((Answer { status, body, n_tries: 1 }, asked))
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
fn is_passing(answer: &Answer) -> bool {
    answer.status.is_server_error()
        || matches!(answer.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT)
        // The try before this one goes on, though its answer was lost.
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
