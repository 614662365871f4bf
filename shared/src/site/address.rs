//! What an address may look like.

use percent_encoding::percent_decode;
use url::Url;

/// Longest address that somebody is sent to, bytes.
const MAX_BYTES: usize = 2048;
/// How often an address may be encoded over.
const MAX_LAYERS: usize = 4;
/// What is ours of each site: the way to the gate.
pub(super) const OURS: &str = "/.sluice";

/// Whether a text has nothing that some take for an end, for a slash or for nothing.
pub(super) fn is_clean(text: &str) -> bool {
    text.len() <= MAX_BYTES && !text.contains('\\') && !text.contains(char::is_control)
}

/// Whether an address names somebody to log in as.
pub(super) fn has_login(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// Reads an address of the web that has nothing but an origin and a path.
pub(super) fn parse_bare(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok().filter(|_| is_clean(text))?;
    let is_of_web = matches!(url.scheme(), "https" | "http");
    let is_bare = url.query().is_none() && url.fragment().is_none();
    (is_of_web && is_bare && !has_login(&url)).then_some(url)
}

/// Whether a path is nothing but one of the site's, however often somebody decodes it on the way.
pub(super) fn is_plain(path: &str) -> bool {
    let mut bytes = path.as_bytes().to_vec();
    for _ in 0..MAX_LAYERS {
        if is_odd(&bytes) {
            return false;
        }
        let decoded: Vec<u8> = percent_decode(&bytes).collect();
        if decoded == bytes {
            return true;
        }
        bytes = decoded;
    }
    false
}

fn is_odd(path: &[u8]) -> bool {
    let is_dots = |segment: &[u8]| matches!(segment, b"." | b"..");
    path.starts_with(b"//")
        || path.starts_with(OURS.as_bytes())
        || path.iter().any(|byte| *byte == b'\\' || byte.is_ascii_control())
        || path.split(|byte| *byte == b'/').any(is_dots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_plain_in_every_reading_or_not_at_all() {
        for path in ["/", "/a/b.c", "/a%2Fb", "/50%25", "/%", "/%zz", "/caf%C3%A9", "/a//b"] {
            assert!(is_plain(path), "{path}");
        }
        for path in ["//a", "/%2fa", "/%252fa", "/%5c", "/%0a", "/%7f", "/a/%2e%2e", "/a%2f.."] {
            assert!(!is_plain(path), "{path}");
        }
        assert!(!is_plain(&format!("/%{}41", "25".repeat(MAX_LAYERS))), "nobody needs so many");
    }
}
