//! What the pages need to know before anything else.

use crate::App;
use axum::{
    extract::State,
    http::{HeaderMap, header},
};
use edge::{Json, Problem};
use serde::Serialize;
use utoipa::ToSchema;

const LANGUAGES: [&str; 2] = ["en", "ko"];

/// What the pages need to know first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ClientConfig {
    /// Where the pages join a line and open its stream.
    admission_url: String,
    /// The languages that the pages are in.
    languages: Vec<&'static str>,
}

/// Returns what the pages need to know first.
#[utoipa::path(get, path = "/v1/client-config", tag = "shopper",
    responses((status = 200, body = ClientConfig), Problem))]
pub(crate) async fn show(State(app): State<App>, headers: HeaderMap) -> Json<ClientConfig> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    Json(ClientConfig {
        admission_url: admission_url(&app.settings.admission.public_url, host),
        languages: LANGUAGES.to_vec(),
    })
}

/// To a browser, `localhost` and `127.0.0.1` are two sites, and a cookie of one is not sent to the
/// other. So on a local machine admission gets the name that the page has.
fn admission_url(public_url: &str, host: &str) -> String {
    let public_url = public_url.trim_end_matches('/');
    match host.split(':').next() {
        Some("localhost") => public_url.replacen("//127.0.0.1", "//localhost", 1),
        Some("127.0.0.1") => public_url.replacen("//localhost", "//127.0.0.1", 1),
        _ => public_url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn admission_is_named_as_the_page_is() {
        let local = "http://127.0.0.1:8081";
        assert_eq!(admission_url(local, "localhost:8080"), "http://localhost:8081");
        assert_eq!(admission_url(local, "127.0.0.1:8080"), local);
        let real = "https://line.shop.example";
        assert_eq!(admission_url(real, "shop.example"), real);
    }
}
