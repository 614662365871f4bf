//! One id per request: the one in `x-request-id` if it has a harmless form, else a new one.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue},
    response::Response,
};
use std::sync::Arc;
use uuid::Uuid;

/// Carries the id, in requests and in responses.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

const MAX_LENGTH: usize = 64;

/// The id of a request; a clone is cheap.
#[derive(Clone, Debug)]
pub struct RequestId(Arc<str>);

tokio::task_local! {
    static CURRENT: RequestId;
}

/// Returns the id of the request that this task handles.
#[must_use]
pub fn current() -> Option<RequestId> {
    CURRENT.try_with(Clone::clone).ok()
}

/// Passes an id on to work that runs on a task of its own.
pub async fn keep<T>(id: Option<RequestId>, work: impl Future<Output = T>) -> T {
    match id {
        Some(id) => CURRENT.scope(id, work).await,
        None => work.await,
    }
}

impl RequestId {
    /// Takes the id that came with these headers, or makes one.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let given = headers.get(&HEADER).and_then(|value| value.to_str().ok());
        match given {
            Some(id) if is_harmless(id) => Self(Arc::from(id)),
            _ => {
                Self(Arc::from(&*Uuid::now_v7().simple().encode_lower(&mut Uuid::encode_buffer())))
            }
        }
    }

    /// Returns the id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Repeats the id in the response.
    pub(crate) fn add_to(&self, response: &mut Response) {
        if let Ok(value) = HeaderValue::from_str(&self.0) {
            response.headers_mut().insert(HEADER, value);
        }
    }
}

/// Ids go into logs, so only plain characters are accepted.
fn is_harmless(id: &str) -> bool {
    (1..=MAX_LENGTH).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}
