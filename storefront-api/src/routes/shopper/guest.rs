//! Somebody who wants a session, and may have to prove that it is worth some work to them.

use crate::{ApiError, extract::Faults};
use axum::{
    extract::{FromRequest, Request},
    http::{HeaderMap, HeaderName, header},
};
use edge::PeerAddr;
use serde::Deserialize;
use serde_json::Value;
use shared::credentials::KeyThumbprint;
use utoipa::ToSchema;

/// Where a solver's answer is expected.
const PROOF: HeaderName = HeaderName::from_static("altcha");

/// Somebody without a session.
pub(crate) struct NewGuest {
    /// Where they come from.
    pub(super) peer: Option<PeerAddr>,
    /// The solution of a challenge.
    pub(super) proof: Option<String>,
    /// The key that their session is to be bound to.
    pub(super) key: Option<KeyThumbprint>,
}

/// What a guest may send. Any other body counts for nothing, unless it names a key: sessions are begun
/// without one.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub(crate) struct GuestInput {
    /// As the header of that name.
    #[schema(max_length = 2048, pattern = r"^[A-Za-z0-9+/]*={0,2}$")]
    altcha: Option<String>,
    /// The thumbprint (RFC 7638) of a P-256 key that never leaves this device: the session is bound to it.
    #[schema(min_length = 43, max_length = 43, pattern = "^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$")]
    key_thumbprint: Option<String>,
}

impl<S: Send + Sync> FromRequest<S> for NewGuest {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let peer = request.extensions().get().copied();
        let sent = request.headers().get(PROOF).and_then(|proof| proof.to_str().ok());
        let sent = sent.map(str::to_owned);
        let input = read(request, state).await?;
        let key = input.key_thumbprint.as_deref().map(parse_key).transpose()?;
        Ok(Self { peer, proof: sent.or(input.altcha), key })
    }
}

async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<GuestInput, ApiError> {
    if !is_json(request.headers()) {
        return Ok(GuestInput::default());
    }
    let body = edge::extract::body(request, state).await?;
    match serde_json::from_slice(&body) {
        Ok(input) => Ok(input),
        Err(_) if names_key(&body) => Err(no_thumbprint()),
        Err(_) => Ok(GuestInput::default()),
    }
}

/// Whether a body that can't be taken means a key all the same.
fn names_key(body: &[u8]) -> bool {
    let body = serde_json::from_slice::<Value>(body).unwrap_or_default();
    body.get("key_thumbprint").is_some_and(|key| !key.is_null())
}

/// A session that is not bound to the key that was meant would protect nobody, so a wrong one is refused.
fn parse_key(text: &str) -> Result<KeyThumbprint, ApiError> {
    text.parse().map_err(|_| no_thumbprint())
}

fn no_thumbprint() -> ApiError {
    let mut faults = Faults::default();
    faults.add("/key_thumbprint", "must be a thumbprint: 43 characters of base64url");
    faults.into()
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|kind| kind.starts_with("application/json"))
}
