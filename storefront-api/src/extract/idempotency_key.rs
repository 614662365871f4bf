//! The key under which a caller may send a request again.

use crate::{ApiError, App};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, request::Parts},
};
use utoipa::{
    IntoParams,
    openapi::{
        ObjectBuilder, Required, Type,
        path::{Parameter, ParameterBuilder, ParameterIn},
    },
};

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
const MAX_BYTES: usize = 255;
/// Visible text, as it arrives: spaces around a header's value are not part of it.
const PATTERN: &str = "^[!-~]([ -~]*[!-~])?$";

/// The request's `Idempotency-Key`, if it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IdempotencyKey(pub(crate) Option<String>);

impl IdempotencyKey {
    /// Reads the header; fails unless it is one short, visible text.
    pub(crate) fn read(headers: &HeaderMap) -> Result<Self, ApiError> {
        let mut keys = headers.get_all(&HEADER).iter();
        let Some(key) = keys.next() else { return Ok(Self(None)) };
        let visible = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ';
        let is_short = (1..=MAX_BYTES).contains(&key.len());
        if keys.next().is_some() || !is_short || !key.as_bytes().iter().all(visible) {
            return Err(ApiError::IdempotencyKeyInvalid);
        }
        let key = key.to_str().map_err(|_| ApiError::IdempotencyKeyInvalid)?;
        Ok(Self(Some(key.to_owned())))
    }
}

impl FromRequestParts<App> for IdempotencyKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, ApiError> {
        Self::read(&parts.headers)
    }
}

/// The header in the document, as the handlers name it that take the key or have it taken for them.
impl IntoParams for IdempotencyKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let key = ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(1))
            .max_length(Some(MAX_BYTES))
            .pattern(Some(PATTERN));
        let header = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .schema(Some(key));
        vec![header.build()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn keys_are_short_and_visible() {
        let read = |value: &str| {
            let value = HeaderValue::from_str(value).unwrap();
            IdempotencyKey::read(&HeaderMap::from_iter([(HEADER, value)])).map(|key| key.0.unwrap())
        };
        assert_eq!(read("order-1").unwrap(), "order-1");
        assert!(read("").is_err());
        assert!(read(&"x".repeat(256)).is_err());
        assert!(read("caf\u{e9}").is_err());
        assert_eq!(IdempotencyKey::read(&HeaderMap::new()).unwrap(), IdempotencyKey(None));
    }

    #[test]
    fn of_two_keys_neither_counts() {
        let mut headers = HeaderMap::new();
        headers.append(HEADER, HeaderValue::from_static("a"));
        headers.append(HEADER, HeaderValue::from_static("b"));
        assert!(IdempotencyKey::read(&headers).is_err());
    }
}
