//! The cookie in which a browser keeps the token of its visit, the same that Sluice itself sets behind
//! a gateway.

use http::{HeaderMap, HeaderValue, header};
use uuid::Uuid;

/// Cookies of one name that are looked at: a browser sends several when somebody has planted some.
const MAX_VALUES: usize = 4;

/// The cookie of a site's visits.
#[derive(Clone, Debug)]
pub(crate) struct SiteCookie {
    name: String,
    is_https: bool,
}

impl SiteCookie {
    /// The cookie for visits to the site of a drop. Where the site has https, no other host can set it.
    pub(crate) fn of(drop_id: Uuid, is_https: bool) -> Self {
        let id = drop_id.simple().to_string();
        let prefix = if is_https { "__Host-" } else { "" };
        Self { name: format!("{prefix}sluice-pass-{}", &id[..8]), is_https }
    }

    /// Returns the tokens that a request has.
    pub(crate) fn tokens<'h>(&self, headers: &'h HeaderMap) -> Vec<&'h str> {
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
        let ours = pairs.filter(|(name, _)| name.trim() == self.name);
        ours.map(|(_, value)| value.trim()).take(MAX_VALUES).collect()
    }

    /// Keeps a token for so many seconds. It has no character that a cookie may not have; `None` if it
    /// has one all the same.
    pub(crate) fn keep(&self, token: &str, seconds: i64) -> Option<HeaderValue> {
        let secure = if self.is_https { "; Secure" } else { "" };
        let name = &self.name;
        let text =
            format!("{name}={token}; HttpOnly{secure}; SameSite=Lax; Path=/; Max-Age={seconds}");
        HeaderValue::try_from(text).ok()
    }

    /// Takes the token out of the browser.
    pub(crate) fn remove(&self) -> Option<HeaderValue> {
        self.keep("", 0)
    }

    /// A request's header that has the token alone.
    pub(crate) fn alone(&self, token: &str) -> String {
        format!("{}={token}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DROP: Uuid = Uuid::from_u128(0x0198_f1de_0000_7000_8000_0000_0000_0001);

    #[test]
    fn a_cookie_is_for_the_sites_host_alone_where_there_is_https() {
        let cookie = SiteCookie::of(DROP, true);
        let rest = "HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=60";
        let kept = cookie.keep("a.b.c", 60).unwrap();
        assert_eq!(kept, format!("__Host-sluice-pass-0198f1de=a.b.c; {rest}").as_str());
        let plain = SiteCookie::of(DROP, false).remove().unwrap();
        let rest = "HttpOnly; SameSite=Lax; Path=/; Max-Age=0";
        assert_eq!(plain, format!("sluice-pass-0198f1de=; {rest}").as_str());
    }

    #[test]
    fn a_token_is_found_among_other_cookies_and_after_planted_ones() {
        let cookie = SiteCookie::of(DROP, false);
        let lines = ["a=1; sluice-pass-0198f1de=x;b", "sluice-pass-0198f1de=a.b.c", "=; ;;"];
        let lines = lines.map(|line| (header::COOKIE, HeaderValue::from_static(line)));
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(name, value);
        }
        assert_eq!(cookie.tokens(&headers), ["x", "a.b.c"]);
        assert!(SiteCookie::of(DROP, true).tokens(&headers).is_empty());
    }
}
