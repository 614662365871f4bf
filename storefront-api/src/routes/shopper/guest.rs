//! Somebody who wants a session, and may have to prove that it is worth some work to them.

use crate::ApiError;
use axum::{
    extract::{FromRequest, Request},
    http::{HeaderMap, HeaderName, header},
};
use edge::PeerAddr;
use serde::Deserialize;
use utoipa::ToSchema;

/// Where a solver's answer is expected.
const PROOF: HeaderName = HeaderName::from_static("altcha");

/// Somebody without a session.
pub(crate) struct NewGuest {
    /// Where they come from.
    pub(super) peer: Option<PeerAddr>,
    /// The solution of a challenge.
    pub(super) proof: Option<String>,
}

/// What a guest may send. Any other body counts for nothing: sessions are begun without one.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub(crate) struct GuestInput {
    /// As the header of that name.
    #[schema(max_length = 2048, pattern = r"^[A-Za-z0-9+/]*={0,2}$")]
    altcha: Option<String>,
}

impl<S: Send + Sync> FromRequest<S> for NewGuest {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let peer = request.extensions().get().copied();
        let sent = request.headers().get(PROOF);
        if let Some(proof) = sent.and_then(|proof| proof.to_str().ok()) {
            return Ok(Self { peer, proof: Some(proof.to_owned()) });
        }
        if !is_json(request.headers()) {
            return Ok(Self { peer, proof: None });
        }
        let body = edge::extract::body(request, state).await?;
        let input: Option<GuestInput> = serde_json::from_slice(&body).ok();
        Ok(Self { peer, proof: input.and_then(|input| input.altcha) })
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|kind| kind.starts_with("application/json"))
}
