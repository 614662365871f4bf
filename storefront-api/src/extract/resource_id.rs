//! The id of what a request creates.

use axum::{extract::FromRequestParts, http::request::Parts};
use std::convert::Infallible;
use uuid::Uuid;

/// The id of what a request creates. Under an `Idempotency-Key` it follows from the key: if the
/// process dies between creating and answering, a second run finds what the first one created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ResourceId(pub(crate) Uuid);

impl<S: Send + Sync> FromRequestParts<S> for ResourceId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let given = parts.extensions.get::<Self>().copied();
        Ok(given.unwrap_or_else(|| Self(Uuid::now_v7())))
    }
}
