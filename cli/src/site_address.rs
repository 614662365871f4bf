//! The addresses of a site that is protected.

use url::Url;

/// Where our own addresses are on each site.
const OURS: &str = "/.sluice";

/// Reads where a site begins; its path ends in a slash.
pub(crate) fn beginning(text: &str) -> Result<Url, String> {
    let mut url = bare(text)?;
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    let path = url.path();
    // What proxies read in different ways is no beginning.
    if path.contains("//") || path.contains('%') || path.starts_with(OURS) {
        return Err("the path must be a plain one, and not below /.sluice".to_owned());
    }
    Ok(url)
}

/// Reads an origin, such as `https://www.shop.example`.
pub(crate) fn origin(text: &str) -> Result<String, String> {
    let url = bare(text)?;
    if url.path() != "/" {
        return Err("an origin has no path".to_owned());
    }
    Ok(url.origin().ascii_serialization())
}

/// Reads an address of the web that has nothing but an origin and a path.
fn bare(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    let has_login = !url.username().is_empty() || url.password().is_some();
    let has_more = url.query().is_some() || url.fragment().is_some() || has_login;
    if has_more || !matches!(url.scheme(), "https" | "http") {
        return Err("must be https:// or http://, a host, and at most a path".to_owned());
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begins(text: &str) -> Option<String> {
        beginning(text).ok().map(|url| url.to_string())
    }

    #[test]
    fn a_site_begins_at_a_host_or_at_a_path_of_it() {
        assert_eq!(begins("https://Shop.example").as_deref(), Some("https://shop.example/"));
        assert_eq!(begins("http://a:81/b/c").as_deref(), Some("http://a:81/b/c/"));
        assert_eq!(origin("https://www.shop.example/"), Ok("https://www.shop.example".to_owned()));
        assert!(origin("https://shop.example/sale").is_err());
    }

    #[test]
    fn what_is_no_beginning_is_refused() {
        for text in [
            "shop.example",
            "ftp://shop.example/",
            "https://me@shop.example/",
            "https://shop.example/?a",
            "https://shop.example/#a",
            "https://shop.example/%2f/",
            "https://shop.example//a/",
            "https://shop.example/.sluice/a",
            "javascript:alert(1)",
        ] {
            assert_eq!(begins(text), None, "{text}");
        }
    }
}
