//! What callers of the adapter send: taken as the retired API took it, without a content type and with
//! fields that nobody knows.

use super::answer::AwsRefusal;
use crate::{ApiError, App};
use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    http::request::Parts,
};
use serde_json::{Map, Value};
use shared::ids::{DropId, TicketId};
use url::form_urlencoded;
use uuid::Uuid;

/// An id is written with hyphens; the other forms that a UUID has are none here.
const ID_CHARS: usize = 36;

/// The fields of a request: of its query if it only reads, else of its JSON body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    fn of_query(query: &str) -> Self {
        let pairs = form_urlencoded::parse(query.as_bytes());
        Self(pairs.map(|(name, value)| (name.into_owned(), Value::from(value))).collect())
    }

    fn of_body(body: &[u8]) -> Result<Self, AwsRefusal> {
        serde_json::from_slice(body).map(Self).map_err(|_| AwsRefusal::invalid("body"))
    }

    /// Returns the event: the drop that stands before the site.
    pub(super) fn event(&self) -> Result<DropId, AwsRefusal> {
        self.id("event_id").map(DropId::from).ok_or_else(|| AwsRefusal::invalid("event_id"))
    }

    /// Returns the request: the ticket of whoever stands in line.
    pub(super) fn request(&self) -> Result<TicketId, AwsRefusal> {
        self.id("request_id").map(TicketId::from).ok_or_else(|| AwsRefusal::invalid("request_id"))
    }

    /// Returns a field, `None` if it was left out or is null.
    pub(super) fn given(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// Returns a whole number; it may be written as a text.
    pub(super) fn integer(&self, name: &str) -> Option<i64> {
        match self.given(name)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        }
    }

    fn id(&self, name: &str) -> Option<Uuid> {
        let text = self.given(name)?.as_str().filter(|text| text.len() == ID_CHARS)?;
        Uuid::try_parse(text).ok()
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = AwsRefusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, AwsRefusal> {
        if request.method().is_safe() {
            return Ok(Self::of_query(request.uri().query().unwrap_or_default()));
        }
        Self::of_body(&edge::extract::body(request, state).await?)
    }
}

/// What other handlers take as well; whoever is refused it is answered as all are here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ours<T>(pub(super) T);

impl<T> FromRequestParts<App> for Ours<T>
where
    T: FromRequestParts<App>,
    T::Rejection: Into<ApiError>,
{
    type Rejection = AwsRefusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, AwsRefusal> {
        Ok(Self(T::from_request_parts(parts, app).await?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0190d5a0-7b3c-7def-8123-456789abcdef";

    fn body(json: &str) -> Fields {
        Fields::of_body(json.as_bytes()).unwrap()
    }

    #[test]
    fn an_id_has_the_form_with_hyphens() {
        let id: DropId = ID.parse().unwrap();
        assert_eq!(Fields::of_query(&format!("event_id={ID}&x=1")).event(), Ok(id));
        assert_eq!(body(&format!(r#"{{"event_id":"{ID}","x":[1]}}"#)).event(), Ok(id));
        let simple = ID.replace('-', "");
        for text in ["", "7", &simple, &format!("{{{ID}}}"), &format!("urn:uuid:{ID}")] {
            let fields = Fields::of_query(&format!("event_id={text}"));
            assert_eq!(fields.event(), Err(AwsRefusal::invalid("event_id")), "{text}");
        }
        assert!(body("{}").request().is_err());
        assert!(body(r#"{"request_id":7}"#).request().is_err());
    }

    #[test]
    fn a_whole_number_may_be_written_as_a_text() {
        for (json, number) in [
            ("5", Some(5)),
            ("-2147483648", Some(-2_147_483_648)),
            (r#""5""#, Some(5)),
            ("1.5", None),
            (r#""x""#, None),
            ("1e400", None),
            ("9223372036854775808", None),
            ("null", None),
            ("[]", None),
        ] {
            let fields = Fields::of_body(format!(r#"{{"n":{json}}}"#).as_bytes());
            assert_eq!(fields.ok().and_then(|fields| fields.integer("n")), number, "{json}");
        }
    }

    #[test]
    fn a_body_is_an_object() {
        for json in ["", "[]", "7", "{", r#"{} {"#] {
            assert!(Fields::of_body(json.as_bytes()).is_err(), "{json}");
        }
    }
}
