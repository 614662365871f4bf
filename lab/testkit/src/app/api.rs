//! JSON over HTTP, with answers that a test can look at.

use std::{fmt::Debug, time::Duration};

use reqwest::{Client, Method, StatusCode, header::HeaderMap};
use serde_json::Value;

const TIMEOUT: Duration = Duration::from_secs(20);

/// One listener, as seen by one person.
#[derive(Clone, Debug)]
pub struct Api {
    base: String,
    key: Option<String>,
    ticket: Option<String>,
    client: Client,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body; null if there is none or it is no JSON.
    pub body: Value,
}

impl Api {
    /// An API at `http://host:port`.
    #[must_use]
    pub fn new(base: impl Into<String>) -> Self {
        let client = Client::builder().timeout(TIMEOUT).build();
        let client = client.expect("a client without certificates can be made");
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

    /// Where it is.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Asks for a resource.
    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None).await
    }

    /// Posts a body.
    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Changes a resource.
    pub async fn patch(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PATCH, path, Some(body)).await
    }

    /// Deletes a resource.
    pub async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, None).await
    }

    /// Sends a request.
    ///
    /// # Panics
    ///
    /// Panics if there is no answer.
    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        match self.try_send(method.clone(), path, body).await {
            Ok(reply) => reply,
            #[expect(clippy::panic, reason = "a test without an answer has failed")]
            Err(error) => panic!("{method} {}{path}: no answer: {error:?}", self.base),
        }
    }

    /// Sends a request that may stay without an answer, since somebody is being killed.
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
        let bytes = response.bytes().await?;
        Ok(Reply { status, headers, body: serde_json::from_slice(&bytes).unwrap_or_default() })
    }
}

impl Reply {
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
