//! The site that a drop lets people into, and where on it they may be sent: read alike by whoever takes
//! its address and by whoever sends people there.
//!
//! | file | holds |
//! |---|---|
//! | `mod` | where a site begins, and its further origins |
//! | `place` | where on it somebody wanted to go |
//! | `address` | what an address may look like |

mod address;
mod place;

pub use place::Place;

use address::{is_plain, parse_bare};
use std::iter;
use url::{Origin, Url};

/// The site that a drop lets people into.
#[derive(Clone, Debug)]
pub struct Site {
    /// Where it begins; its path ends in a slash.
    url: Url,
    /// Its own, and those that its seller has named.
    origins: Vec<Origin>,
}

impl Site {
    /// Reads where a site begins, such as `https://shop.example/`, and which further origins it has.
    /// `None` if one of these is no such address.
    #[must_use]
    pub fn new(site_url: &str, return_origins: &[String]) -> Option<Self> {
        let url = parse_beginning(site_url)?;
        let named = return_origins.iter().map(|origin| parse_origin(origin));
        let origins = iter::once(Some(url.origin())).chain(named).collect::<Option<_>>()?;
        Some(Self { url, origins })
    }

    /// Reads an origin, such as `https://www.shop.example`, and returns it in one form for all ways to
    /// write it; `None` if it is none.
    #[must_use]
    pub fn origin(text: &str) -> Option<String> {
        parse_origin(text).map(|origin| origin.ascii_serialization())
    }

    /// Where it begins, in one form for all ways to write it.
    #[must_use]
    pub fn url(&self) -> &str {
        self.url.as_str()
    }

    /// The origins beside its own, likewise.
    #[must_use]
    pub fn return_origins(&self) -> Vec<String> {
        self.origins[1..].iter().map(Origin::ascii_serialization).collect()
    }

    /// What people call it: its host.
    #[must_use]
    pub fn name(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// Whether it is reached over secure transport.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Whether a page of this origin is one of the site's.
    #[must_use]
    pub fn has_origin(&self, origin: &str) -> bool {
        self.origins.iter().any(|own| own.ascii_serialization() == origin)
    }
}

fn parse_beginning(text: &str) -> Option<Url> {
    let mut url = parse_bare(text)?;
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    is_plain(url.path()).then_some(url)
}

fn parse_origin(text: &str) -> Option<Origin> {
    let url = parse_bare(text)?;
    (url.path() == "/").then(|| url.origin())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_site_is_not_taken_for_one() {
        for url in [
            "shop.example",
            "https://shop.example//a/",
            "https://shop.example/.sluice/a",
            "https://",
            "ftp://shop.example/",
            "https://user@shop.example/",
            "https://shop.example/?a=b",
            "https://shop.example/#a",
            "https://shop.example/%2f%2fb/",
            "https://shop.example\\a",
            "javascript:alert(1)",
        ] {
            assert!(Site::new(url, &[]).is_none(), "{url}");
        }
        for origin in ["null", "*", "https://a.example/b", "https://a.example?b", "a.example"] {
            assert_eq!(Site::origin(origin), None, "{origin}");
            assert!(Site::new("https://shop.example", &[origin.to_owned()]).is_none(), "{origin}");
        }
    }

    #[test]
    fn a_site_is_written_in_one_form() {
        let named = ["HTTPS://www.shop.example:443".to_owned()];
        let site = Site::new("https://Shop.example/sale", &named).unwrap();
        assert_eq!((site.url(), site.name()), ("https://shop.example/sale/", "shop.example"));
        assert_eq!(site.return_origins(), ["https://www.shop.example"]);
        assert_eq!(Site::origin(&named[0]).as_deref(), Some("https://www.shop.example"));
        assert!(site.has_origin("https://shop.example") && site.is_secure());
        for origin in ["null", "", "http://shop.example", "https://shop.example/"] {
            assert!(!site.has_origin(origin), "{origin}");
        }
    }
}
