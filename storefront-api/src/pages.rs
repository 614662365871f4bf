//! The shop's pages, served from memory: built into `web/dist`, embedded by `build.rs`.

use axum::{Router, middleware::from_fn_with_state};
use edge::{SecurityHeaders, headers};
use memory_serve::CacheControl;
use shared::config::Settings;

/// Serves `/`, `/drops/{id}`, `/orders/{id}` and `/assets/*`.
///
/// Names of assets have no hash, so browsers ask each time whether theirs is current (ETag).
pub(crate) fn router(settings: &Settings) -> Router {
    let csp = content_security_policy(&settings.admission.public_url);
    memory_serve::load!("pages")
        .index_file(Some("/index.html"))
        .add_alias("/drops/{drop_id}", "/drop.html")
        .add_alias("/orders/{order_id}", "/order.html")
        .html_cache_control(CacheControl::NoCache)
        .cache_control(CacheControl::NoCache)
        .enable_gzip(true)
        .into_router::<()>()
        .layer(from_fn_with_state(SecurityHeaders::with_csp(&csp), headers::set))
}

/// Allows our own scripts and styles alone, and calls to us and to admission.
fn content_security_policy(admission_url: &str) -> String {
    let origins = admission_origins(admission_url).join(" ");
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
         font-src 'self'; manifest-src 'self'; connect-src 'self' {origins}; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    )
}

/// The origins of admission, for HTTP and for sockets; on a local machine under both its names.
fn admission_origins(admission_url: &str) -> Vec<String> {
    let http = admission_url.trim_end_matches('/');
    let mut names = vec![http.to_owned()];
    if http.contains("//127.0.0.1") {
        names.push(http.replacen("//127.0.0.1", "//localhost", 1));
    } else if http.contains("//localhost") {
        names.push(http.replacen("//localhost", "//127.0.0.1", 1));
    }
    names.into_iter().flat_map(|name| [name.clone(), name.replacen("http", "ws", 1)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_may_talk_to_admission_over_http_and_sockets() {
        let csp = content_security_policy("https://line.shop.example/");
        let connect = "connect-src 'self' https://line.shop.example wss://line.shop.example;";
        assert!(csp.contains(connect), "{csp}");
    }
}
