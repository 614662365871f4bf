//! What only Sluice knows, and what it is told: that a pass is used now, or was taken back, and that a
//! visit is over.

use crate::settings::{SetupError, SiteSettings};
use http::{StatusCode, header};
use reqwest::{Client, RequestBuilder, Response, redirect::Policy};
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;
use uuid::Uuid;

/// A visitor waits that long for Sluice, at most.
const TIMEOUT: Duration = Duration::from_secs(3);

/// Sluice, as the program of one site talks to it.
#[derive(Clone)]
pub(crate) struct SluiceClient {
    client: Client,
    api_url: String,
    drop_id: Uuid,
    seller_key: String,
}

/// Why Sluice did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SluiceError {
    /// The pass does not count, or not any more.
    #[error("the pass is refused: {0}")]
    PassRefused(String),
    /// It has trouble, or the site may not ask for this.
    #[error("Sluice answers {status} {code}")]
    Failed { status: StatusCode, code: String },
    /// There was no answer, or none that can be read.
    #[error("Sluice does not answer: {0}")]
    Away(#[from] reqwest::Error),
}

#[derive(Deserialize)]
struct Redeemed {
    visit: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Told {
    code: String,
}

impl SluiceClient {
    /// Connects nowhere yet.
    pub(crate) fn new(settings: &SiteSettings) -> Result<Self, SetupError> {
        Ok(Self {
            // Where it sends a browser is for the browser.
            client: Client::builder().redirect(Policy::none()).timeout(TIMEOUT).build()?,
            api_url: settings.api_url.trim_end_matches('/').to_owned(),
            drop_id: settings.drop_id,
            seller_key: settings.seller_key.clone(),
        })
    }

    /// The connections, for what needs no key.
    pub(crate) fn client(&self) -> Client {
        self.client.clone()
    }

    /// Uses a pass, which can be done once; returns the token of the visit.
    pub(crate) async fn redeem(&self, pass: &str) -> Result<String, SluiceError> {
        let body = json!({ "drop_id": self.drop_id, "pass": pass });
        let answer = checked(self.post("/v1/passes/redeem").json(&body)).await?;
        Ok(answer.json::<Redeemed>().await?.visit)
    }

    /// Ends a visit, so that the next in line is let in.
    pub(crate) async fn end(&self, ticket_id: Uuid) -> Result<(), SluiceError> {
        let body = json!({ "drop_id": self.drop_id, "ticket_ids": [ticket_id] });
        checked(self.post("/v1/passes/end").json(&body)).await.map(drop)
    }

    /// Asks whether a visit goes on, with the cookie of its browser.
    pub(crate) async fn is_inside(&self, cookie: &str) -> Result<bool, SluiceError> {
        let url = format!("{}/v1/gate/{}/check?answer=401", self.api_url, self.drop_id);
        let asked = self.client.get(url).header(header::COOKIE, cookie).send().await?;
        match asked.status() {
            StatusCode::NO_CONTENT => Ok(true),
            StatusCode::UNAUTHORIZED => Ok(false),
            status => Err(SluiceError::Failed { status, code: String::new() }),
        }
    }

    fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.api_url)).bearer_auth(&self.seller_key)
    }
}

/// Sends a request, and reads a refusal.
async fn checked(request: RequestBuilder) -> Result<Response, SluiceError> {
    let answer = request.send().await?;
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    let Told { code } = answer.json().await.unwrap_or_default();
    if status.is_client_error() && code.starts_with("pass_") {
        return Err(SluiceError::PassRefused(code));
    }
    Err(SluiceError::Failed { status, code })
}
