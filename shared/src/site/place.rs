//! Where on a site somebody wanted to go.
//!
//! That is said by whoever made the address that they came with. It leads to the site, or to another
//! origin that its seller has named, or it is left out. Browsers, proxies and libraries read odd
//! addresses differently, so what would be odd in any reading is left out, too.

use super::{
    Site,
    address::{OURS, has_login, is_clean, is_plain},
};
use crate::ids::DropId;
use url::{Position, Url, form_urlencoded::Serializer};

/// A place on a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    origin: String,
    /// With the query.
    path: String,
}

impl Site {
    /// Finds a place by its path or its whole address, if that may be gone to.
    #[must_use]
    pub fn find(&self, to: &str) -> Option<Place> {
        if !is_clean(to) {
            return None;
        }
        let url = if to.starts_with('/') { self.join(to)? } else { Url::parse(to).ok()? };
        let is_within = url.path().starts_with(self.url.path()) && is_plain(url.path());
        let is_known = self.origins.contains(&url.origin()) && !has_login(&url);
        (is_within && is_known).then(|| place(&url))
    }

    /// Finds where to go, or where the site begins.
    #[must_use]
    pub fn find_or_beginning(&self, to: Option<&str>) -> Place {
        to.and_then(|to| self.find(to)).unwrap_or_else(|| place(&self.url))
    }

    /// Finds a path on whichever of its origins somebody is, or the path where it begins.
    #[must_use]
    pub fn path_or_beginning(&self, to: Option<&str>) -> String {
        self.find_or_beginning(to.filter(|to| to.starts_with('/'))).path
    }

    /// Returns the page on which to wait for this site, from which the way leads to `to` if that is
    /// anywhere on it.
    #[must_use]
    pub fn waiting_page(&self, public_url: &str, drop_id: DropId, to: &str) -> String {
        let page = format!("{}/drops/{drop_id}", public_url.trim_end_matches('/'));
        let Some(place) = self.find(to) else { return page };
        let is_main = place.origin == self.origins[0].ascii_serialization();
        let to = if is_main { place.path } else { place.origin + &place.path };
        format!("{page}?{}", Serializer::new(String::new()).append_pair("to", &to).finish())
    }

    fn join(&self, path: &str) -> Option<Url> {
        // Two slashes begin another host.
        if path.starts_with("//") { None } else { self.url.join(path).ok() }
    }
}

impl Place {
    /// Returns where the site lets somebody in without a pass, if it does, and goes on to this place.
    #[must_use]
    pub fn enter(&self) -> String {
        let query = Serializer::new(String::new()).append_pair("to", &self.path).finish();
        format!("{}{OURS}/enter?{query}", self.origin)
    }

    /// Returns where the site takes a pass and goes on to this place.
    #[must_use]
    pub fn enter_with(&self, pass: &str) -> String {
        let mut query = Serializer::new(String::new());
        let query = query.append_pair("pass", pass).append_pair("to", &self.path).finish();
        format!("{}{OURS}/enter?{query}", self.origin)
    }
}

fn place(url: &Url) -> Place {
    let path = url[Position::BeforePath..Position::AfterQuery].to_owned();
    Place { origin: url.origin().ascii_serialization(), path }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(url: &str) -> Site {
        Site::new(url, &["https://www.shop.example".to_owned()]).unwrap()
    }

    /// Where somebody would be sent, as an address; empty if nowhere.
    fn sent(site: &Site, to: &str) -> String {
        site.find(to).map(|place| place.origin + &place.path).unwrap_or_default()
    }

    #[test]
    fn people_are_sent_to_the_site_and_to_origins_that_it_names() {
        let site = site("https://shop.example/");
        for (to, expected) in [
            ("/", "https://shop.example/"),
            ("/lamps?size=2&next=//x#top", "https://shop.example/lamps?size=2&next=//x"),
            ("/a/../b", "https://shop.example/b"),
            ("/caf\u{e9}", "https://shop.example/caf%C3%A9"),
            ("/a%2Fb", "https://shop.example/a%2Fb"),
            ("/50%25", "https://shop.example/50%25"),
            ("https://shop.example:443/a", "https://shop.example/a"),
            ("https://www.shop.example/a", "https://www.shop.example/a"),
            ("HTTPS://SHOP.example", "https://shop.example/"),
        ] {
            assert_eq!(sent(&site, to), expected, "{to}");
        }
    }

    #[test]
    fn nobody_is_sent_elsewhere_however_it_is_written() {
        let site = site("https://shop.example/");
        for to in [
            "",
            "lamps",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "/a\r\nset-cookie: b",
            "\u{1}https://shop.example/",
            "/..//evil.example",
            "/.//evil.example",
            "/%2e%2e//evil.example",
            "/%2f/evil.example",
            "/%2F%2Fevil.example",
            "/%5cevil.example",
            "/%5Cevil.example",
            "/%252f%252fevil.example",
            "/%25252fevil.example",
            "/%2525252525252fevil.example",
            "/%09/evil.example",
            "/%0d%0aset-cookie:b",
            "/%00",
            "/a/..%2f..%2f%2fevil.example",
            "/a/%252e%252e/b",
            "https://evil.example",
            "https://evil.example/https://shop.example",
            "https://shop.example.evil.example",
            "https://shop.example@evil.example",
            "https://user@shop.example/",
            "https://:pass@shop.example/",
            "https://shop.example:444/",
            "http://shop.example/",
            "https:\\\\evil.example",
            "https:/evil.example",
            "https:evil.example",
            "https://evil.example\\@shop.example",
            "https://evil%2eexample",
            "javascript:alert(1)",
            "data:text/html,x",
            "blob:https://shop.example/1",
            "file:///etc/passwd",
            "ftp://shop.example/",
            "wss://shop.example/",
            "/.sluice/leave",
            "/%2esluice/enter?pass=x",
        ] {
            assert_eq!(sent(&site, to), "", "{to:?}");
        }
        assert_eq!(sent(&site, &format!("/{}", "a".repeat(2048))), "");
    }

    #[test]
    fn on_a_part_of_a_host_nobody_is_sent_to_the_rest_of_it() {
        let site = site("https://shop.example/sale");
        assert_eq!(site.url(), "https://shop.example/sale/");
        assert_eq!(sent(&site, "/sale/lamps"), "https://shop.example/sale/lamps");
        for to in ["/", "/sales/", "/sale/../admin", "/sale/%2e%2e/admin", "/sale/..%2fadmin"] {
            assert_eq!(sent(&site, to), "", "{to}");
        }
        assert_eq!(site.path_or_beginning(Some("/admin")), "/sale/");
        assert_eq!(site.path_or_beginning(Some("https://shop.example/sale/a")), "/sale/");
        assert_eq!(site.path_or_beginning(None), "/sale/");
    }

    #[test]
    fn the_way_through_the_line_leads_back_to_where_somebody_was() {
        let (site, drop_id) = (site("https://shop.example/"), DropId::generate());
        let page = |to| site.waiting_page("https://line.example/", drop_id, to);
        let whole = format!("https://line.example/drops/{drop_id}");
        assert_eq!(page("/a?b=c&d"), format!("{whole}?to=%2Fa%3Fb%3Dc%26d"));
        assert_eq!(page("//evil.example"), whole);
        let other = "https%3A%2F%2Fwww.shop.example%2Fa";
        assert_eq!(page("https://www.shop.example/a"), format!("{whole}?to={other}"));

        let place = site.find("https://www.shop.example/a?b=c").unwrap();
        let entered = "https://www.shop.example/.sluice/enter?pass=x.y-_&to=%2Fa%3Fb%3Dc";
        assert_eq!(place.enter_with("x.y-_"), entered);
        assert_eq!(place.enter(), entered.replace("pass=x.y-_&", ""));
    }
}
