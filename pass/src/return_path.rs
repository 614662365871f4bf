//! Places on the site. What a request says of one is read as a browser would read it, so that nobody
//! is sent to another site by our own address.

use reqwest::Url;

/// Stands for the site while a place on it is read.
const SITE: &str = "http://site.invalid/";
/// Where a request goes that names no place on the site.
const HALL: &str = "/";
/// Ours, below which there is nothing of the site.
pub(crate) const OURS: &str = "/.sluice/";

/// Returns a place on the site, with its query; the site's first page for anything that might be read
/// as another host, by whomever.
pub(crate) fn clean(to: &str) -> String {
    place(to).unwrap_or_else(|| HALL.to_owned())
}

fn place(to: &str) -> Option<String> {
    if !to.starts_with('/') || to.chars().any(|char| char == '\\' || char.is_control()) {
        return None;
    }
    let path = to.split(['?', '#']).next().unwrap_or_default();
    if path.starts_with("//") || is_ambiguous(path) {
        return None;
    }
    let site = Url::parse(SITE).ok()?;
    let url = site.join(to).ok()?;
    // `/..//host` begins with one slash, and is `//host` in the end.
    let is_on_site = url.origin() == site.origin() && !url.path().starts_with("//");
    if !is_on_site || url.path().starts_with(OURS) {
        return None;
    }
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    Some(format!("{}{query}", url.path()))
}

/// Whether something is encoded in a path that one reader takes for itself, and another for what it
/// stands for: slashes, backslashes, dots, percent signs and control characters.
fn is_ambiguous(path: &str) -> bool {
    path.match_indices('%').any(|(at, _)| {
        let byte = path.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        byte.is_none_or(|byte| b"/\\.%".contains(&byte) || byte.is_ascii_control())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_on_the_site_stay_as_they_are() {
        for place in
            ["/", "/goods/7", "/goods?size=42&to=//x", "/a//b", "/~u/%20/%C3%BC", "/?a=%2F"]
        {
            assert_eq!(clean(place), place);
        }
        assert_eq!(clean("/goods#reviews"), "/goods");
        assert_eq!(clean("/a/../b/./c"), "/b/c");
        assert_eq!(clean("/größe"), "/gr%C3%B6%C3%9Fe");
    }

    #[test]
    fn no_encoding_leads_to_another_host() {
        let elsewhere = [
            "",
            "goods",
            "evil.example",
            "https://evil.example/",
            "https:evil.example",
            "javascript:alert(1)",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "\t//evil.example",
            " //evil.example",
            "/\0/evil.example",
            "/%2f/evil.example",
            "/%2F%2Fevil.example",
            "/%5cevil.example",
            "/%5C%5Cevil.example",
            "/%09/evil.example",
            "/%0d%0aLocation:%20https://evil.example",
            "/%252f%252fevil.example",
            "/%25252fevil.example",
            "/..//evil.example",
            "/.//evil.example",
            "/a/..//evil.example",
            "/%2e%2e//evil.example",
            "/%2e//evil.example",
            "/%",
            "/%zz",
            "/%+5",
        ];
        for to in elsewhere {
            assert_eq!(clean(to), "/", "{to:?}");
        }
    }

    #[test]
    fn nobody_is_sent_round_in_a_circle() {
        for to in ["/.sluice/enter?pass=x", "/a/../.sluice/leave", "/%2esluice/enter"] {
            assert_eq!(clean(to), "/", "{to}");
        }
    }
}
