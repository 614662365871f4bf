//! The id of what a request makes.

use axum::{extract::FromRequestParts, http::request::Parts};
use std::convert::Infallible;
use uuid::Uuid;

/// The id of what a request makes. Under an `Idempotency-Key` it follows from the key, so that a
/// second run, after a process died between making and answering, meets what the first one made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResourceId(pub Uuid);

impl<S: Send + Sync> FromRequestParts<S> for ResourceId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let given = parts.extensions.get::<Self>().copied();
        Ok(given.unwrap_or_else(|| Self(Uuid::now_v7())))
    }
}
