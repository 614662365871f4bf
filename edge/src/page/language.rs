//! The language that a reader asks for: by `?lang=`, else by the browser's settings.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use std::convert::Infallible;

/// A language that the pages are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Also for those who read neither.
    English,
    /// For those who like it better.
    Korean,
}

impl<S: Send + Sync> FromRequestParts<S> for Language {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts.uri.query().unwrap_or_default(), &parts.headers))
    }
}

impl Language {
    /// Returns the language that a request asks for.
    #[must_use]
    pub fn of(query: &str, headers: &HeaderMap) -> Self {
        let asked = query.split('&').find_map(|pair| pair.strip_prefix("lang="));
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let accepted = accepted.and_then(Self::preferred);
        asked.and_then(Self::of_tag).or(accepted).unwrap_or(Self::English)
    }

    /// Returns its tag, as `?lang=` has it.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Korean => "ko",
        }
    }

    /// Returns the language of a tag such as `ko-KR`, if it is one of ours.
    fn of_tag(tag: &str) -> Option<Self> {
        match tag.split('-').next()?.to_ascii_lowercase().as_str() {
            "en" => Some(Self::English),
            "ko" => Some(Self::Korean),
            _ => None,
        }
    }

    /// Returns that of ours with the greatest weight, the first of equals.
    fn preferred(accepted: &str) -> Option<Self> {
        let weighted = accepted.split(',').filter_map(|entry| {
            let (tag, weight) = entry.split_once(';').unwrap_or((entry, "q=1"));
            let weight: f32 = weight.trim().strip_prefix("q=")?.parse().ok()?;
            Some((weight, Self::of_tag(tag.trim())?))
        });
        let wanted = weighted.filter(|(weight, _)| *weight > 0.0);
        wanted.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, own)| own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn language(query: &str, accepted: &'static str) -> Language {
        let value = HeaderValue::from_static(accepted);
        Language::of(query, &HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, value)]))
    }

    #[test]
    fn a_reader_gets_the_language_they_like_best_of_ours() {
        assert_eq!(language("", "ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7"), Language::Korean);
        assert_eq!(language("", "en;q=0.4, ko; q=0.8"), Language::Korean);
        assert_eq!(language("", "ja,en-GB;q=0.5,ko;q=0.5"), Language::English);
        for accepted in ["", "ja", "ko;q=0", "ko;q=x", ";;,"] {
            assert_eq!(language("", accepted), Language::English, "{accepted}");
        }
    }

    #[test]
    fn an_address_that_names_a_language_counts_more_than_the_browser() {
        assert_eq!(language("a=1&lang=en", "ko"), Language::English);
        assert_eq!(language("lang=ko", "en"), Language::Korean);
        assert_eq!(language("lang=xx", "ko"), Language::Korean);
        for own in [Language::English, Language::Korean] {
            assert_eq!(language(&format!("lang={}", own.tag()), ""), own);
        }
    }
}
