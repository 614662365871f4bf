//! A JSON body, parsed and checked; each fault says where it is.

use super::Validate;
use crate::ApiError;
use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, header},
};
use edge::Problem;
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

/// A JSON body. Give its type `#[serde(deny_unknown_fields)]`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned + Validate, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let json = is_json(request.headers());
        let bytes: Bytes = edge::extract::body(request, state).await?;
        if !json {
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type")
                .detail("The body must be JSON, with content-type application/json.")
                .into());
        }
        let value: T = parse(&bytes)?;
        let faults = value.faults();
        if faults.is_empty() { Ok(Self(value)) } else { Err(faults.into()) }
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let deserializer = &mut serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut *deserializer).map_err(|error| {
        let text = error.inner().to_string();
        let at = match missing_field(&text) {
            Some(name) => format!("{}/{name}", pointer(error.path())),
            None => pointer(error.path()),
        };
        invalid_body(error.inner()).error(at, text)
    })?;
    deserializer.end().map_err(|error| invalid_body(&error))?;
    Ok(value)
}

fn invalid_body(error: &serde_json::Error) -> Problem {
    let detail = if error.is_data() {
        "The body isn't what this route accepts."
    } else {
        "The body isn't valid JSON."
    };
    Problem::new(StatusCode::BAD_REQUEST, "invalid_body").detail(detail)
}

/// Returns the field that a fault misses. It is not there to be pointed at, so only the text names it.
fn missing_field(text: &str) -> Option<&str> {
    Some(text.strip_prefix("missing field `")?.split_once('`')?.0)
}

/// Returns where a fault is, as a JSON pointer.
fn pointer(path: &Path) -> String {
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => String::new(),
        })
        .collect()
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|text| text.split(';').next()).unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Order {
        #[expect(dead_code, reason = "only parsing is looked at")]
        lines: Vec<Line>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Line {
        #[expect(dead_code, reason = "only parsing is looked at")]
        units: u32,
    }

    fn fault(body: &str) -> (String, String) {
        let problem = parse::<Order>(body.as_bytes()).unwrap_err();
        let json = serde_json::to_value(&problem).unwrap();
        let error = &json["errors"][0];
        (error["field"].as_str().unwrap().to_owned(), error["detail"].as_str().unwrap().to_owned())
    }

    #[test]
    fn faults_say_where_they_are() {
        for units in ["-1", "9223372036854775808", "1.5", "\"1\"", "null"] {
            let (field, _) = fault(&format!(r#"{{"lines":[{{"units":1}},{{"units":{units}}}]}}"#));
            assert_eq!(field, "/lines/1/units", "{units}");
        }
        assert_eq!(fault("{}").0, "/lines");
        assert_eq!(fault(r#"{"lines":[{"units":1},{}]}"#).0, "/lines/1/units");
        let (field, detail) = fault(r#"{"lines":[],"price":1}"#);
        assert_eq!(field, "/price");
        assert!(detail.contains("unknown field"), "{detail}");
    }

    #[test]
    fn what_follows_the_object_is_refused() {
        assert!(parse::<Order>(br#"{"lines":[]} {"#).is_err());
    }
}
