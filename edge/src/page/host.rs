//! Our addresses, at the name under which a reader knows this machine. Cookies belong to a name, so a page
//! at `localhost` must not lead to `127.0.0.1`.

use axum::http::{HeaderMap, header};

const NAMES: [&str; 2] = ["127.0.0.1", "localhost"];

/// Returns an address of ours without a slash at its end; one on a local machine has the name that was asked
/// for.
#[must_use]
pub fn at_name_of(headers: &HeaderMap, url: &str) -> String {
    let url = url.trim_end_matches('/');
    let asked = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let asked = asked.split(':').next().unwrap_or_default();
    let named = NAMES.iter().find(|name| url.contains(&format!("//{name}")));
    match named {
        Some(name) if NAMES.contains(&asked) => {
            url.replacen(&format!("//{name}"), &format!("//{asked}"), 1)
        }
        _ => url.to_owned(),
    }
}

/// Returns an address of ours at each name that this machine goes by.
#[must_use]
pub fn at_all_names(url: &str) -> Vec<String> {
    let url = url.trim_end_matches('/');
    let Some(own) = NAMES.iter().find(|name| url.contains(&format!("//{name}"))) else {
        return vec![url.to_owned()];
    };
    let at = |name: &&str| url.replacen(&format!("//{own}"), &format!("//{name}"), 1);
    NAMES.iter().map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn only_a_local_address_takes_the_name_that_was_asked_for() {
        let at = |host: &'static str, url| {
            let host = HeaderValue::from_static(host);
            at_name_of(&HeaderMap::from_iter([(header::HOST, host)]), url)
        };
        let local = "http://127.0.0.1:8081/";
        assert_eq!(at("localhost:8080", local), "http://localhost:8081");
        assert_eq!(at("127.0.0.1:8080", "http://localhost:8081"), "http://127.0.0.1:8081");
        assert_eq!(at("evil.example", local), "http://127.0.0.1:8081");
        assert_eq!(at("localhost", "https://line.example/"), "https://line.example");
        assert_eq!(at_name_of(&HeaderMap::new(), local), "http://127.0.0.1:8081");
        assert_eq!(at_all_names(local), ["http://127.0.0.1:8081", "http://localhost:8081"]);
        assert_eq!(at_all_names("https://line.example/"), ["https://line.example"]);
    }
}
