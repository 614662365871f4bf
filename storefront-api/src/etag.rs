//! Whether a browser has what it asks for already.

use axum::http::{HeaderMap, header};

/// Whether one of the tags that a request knows is this one, quotes included.
pub(crate) fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let known = headers.get_all(header::IF_NONE_MATCH).iter();
    let mut known = known.filter_map(|value| value.to_str().ok()).flat_map(|tags| tags.split(','));
    known.any(|tag| tag.trim().trim_start_matches("W/") == etag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_tag_is_known_whether_alone_or_among_others_and_weak_or_not() {
        let knows = |tags: &'static str| {
            let value = HeaderValue::from_static(tags);
            is_known(&HeaderMap::from_iter([(header::IF_NONE_MATCH, value)]), "\"a\"")
        };
        assert!(knows("\"a\"") && knows("W/\"a\"") && knows("\"b\", \"a\""));
        assert!(!knows("a") && !knows("\"ab\"") && !knows("*"));
        assert!(!is_known(&HeaderMap::new(), "\"a\""));
    }
}
