//! JSON over HTTP, with answers that a test can examine.

use std::{fmt::Debug, time::Duration};

use reqwest::{
    Client, Method, StatusCode,
    header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER},
};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::wait::PATIENCE;

const TIMEOUT: Duration = Duration::from_secs(20);
/// Pauses between two tries.
const MIN_PAUSE: Duration = Duration::from_millis(250);
const MAX_PAUSE: Duration = Duration::from_secs(3);

/// One listener, as seen by one person.
#[derive(Clone, Debug)]
pub struct Api {
    base: String,
    key: Option<String>,
    ticket: Option<String>,
    client: Client,
}

/// What an API answered.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Any status, failures included.
    pub status: StatusCode,
    /// As they were received.
    pub headers: HeaderMap,
    /// Null if there was none or it was not JSON, and for a stream of events, which has no end.
    pub body: Value,
}

impl Api {
    /// An API at `http://host:port`.
    #[must_use]
    pub fn new(base: impl Into<String>) -> Self {
        let client = Client::builder().timeout(TIMEOUT).build();
        let client = client.expect("a client without certificates can be created");
        Self { base: base.into(), key: None, ticket: None, client }
    }

    /// The same with a bearer token: a session, or a seller's, operator's or provider's key.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Self {
        Self { key: Some(key.to_owned()), ..self.clone() }
    }

    /// The same with a ticket.
    #[must_use]
    pub fn with_ticket(&self, ticket: &str) -> Self {
        Self { ticket: Some(ticket.to_owned()), ..self.clone() }
    }

    /// The bearer token, if it has one.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// The ticket, if it has one.
    #[must_use]
    pub fn ticket(&self) -> Option<&str> {
        self.ticket.as_deref()
    }

    /// Its address, `http://host:port`.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Sends a GET request.
    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None).await
    }

    /// Sends a POST request.
    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Sends a POST request, again while the answer is that it comes too early (503) or too often
    /// (429): a line may open a moment after its drop.
    pub async fn post_in_time(&self, path: &str, body: Value) -> Reply {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let reply = self.post(path, body.clone()).await;
            let later = [StatusCode::SERVICE_UNAVAILABLE, StatusCode::TOO_MANY_REQUESTS];
            if !later.contains(&reply.status) || Instant::now() >= deadline {
                return reply;
            }
            sleep(reply.pause()).await;
        }
    }

    /// Sends a PATCH request.
    pub async fn patch(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PATCH, path, Some(body)).await
    }

    /// Sends a DELETE request.
    pub async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, None).await
    }

    /// Sends a request that must be answered.
    ///
    /// # Panics
    ///
    /// Panics if there is no answer.
    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        match self.try_send(method.clone(), path, body).await {
            Ok(reply) => reply,
            Err(error) => panic!("{method} {}{path}: no answer: {error:?}", self.base),
        }
    }

    /// Sends a request that may not be answered, since a service is being killed.
    ///
    /// # Errors
    ///
    /// Returns why there is no answer.
    pub async fn try_send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> reqwest::Result<Reply> {
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if let Some(key) = &self.key {
            request = request.bearer_auth(key);
        }
        if let Some(ticket) = &self.ticket {
            request = request.header("Sluice-Ticket", ticket);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = if is_endless(&headers) {
            Value::Null
        } else {
            serde_json::from_slice(&response.bytes().await?).unwrap_or_default()
        };
        Ok(Reply { status, headers, body })
    }
}

fn is_endless(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"))
}

impl Reply {
    /// How long it asks to wait. What is refused uses up a limit, too: asked every few milliseconds,
    /// a room that is not ready (503) would soon answer 429.
    fn pause(&self) -> Duration {
        let asked =
            self.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        asked.map_or(MIN_PAUSE, Duration::from_secs).clamp(MIN_PAUSE, MAX_PAUSE)
    }

    /// Returns the body of an answer that has this status.
    ///
    /// # Panics
    ///
    /// Panics with the answer if its status is another one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "answered {}", self.body);
        self.body
    }

    /// Expects a problem with this status and stable code.
    ///
    /// # Panics
    ///
    /// Panics with the answer if it is another one.
    #[track_caller]
    pub fn expect_problem(self, status: u16, code: &str) {
        let found = (self.status.as_u16(), self.body["code"].as_str().unwrap_or_default());
        assert_eq!(found, (status, code), "answered {}", self.body);
    }
}
