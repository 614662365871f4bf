//! How the page of a drop looks: a stylesheet after the shop's own, made of nothing but colours that were
//! checked, so that no policy has to be loosened for it.

use crate::{ApiError, App, etag::is_known};
use aws_lc_rs::digest;
use axum::{
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use database::selling::themes::{Theme, ThemeStyle};
use edge::{Path, Problem};
use shared::{
    ids::DropId,
    theme::{AccentColours, BandColours, SchemeColours},
};

/// A version never changes; without its name the browser asks each time.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";

/// Where the logo and the texts of a theme stand, which nobody has without one. A text is there in each
/// language, and the page's own is shown.
const PARTS: &str = ".logo{display:block;width:auto;height:44px;max-width:12rem;\
    object-fit:contain;border-radius:8px}\
    .tagline{margin:0;font-weight:650;color:var(--accent)}\
    .words{padding:.75rem 1rem;border-radius:14px;background:var(--tint)}\
    :root:lang(ko) [data-only=en],:root:lang(en) [data-only=ko]{display:none}";

/// The stylesheet of a theme.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stylesheet {
    text: String,
    /// Follows from the text.
    version: String,
}

impl Stylesheet {
    /// Writes the stylesheet of a theme.
    pub(super) fn of(theme: &Theme) -> Self {
        let ThemeStyle { accent, band, .. } = &theme.style;
        let mut text = PARTS.to_owned();
        if let Some(Ok(colours)) = accent.map(AccentColours::of) {
            let dark = scheme(&colours.dark);
            text += &scheme(&colours.light);
            text += &format!("@media (prefers-color-scheme:dark){{{dark}}}");
        }
        if let Some(band) = band {
            text += &across(BandColours::of(*band));
        }
        let hash = digest::digest(&digest::SHA256, text.as_bytes());
        Self { version: hex::encode(&hash.as_ref()[..8]), text }
    }

    /// Returns its address, which is another one for another version.
    pub(super) fn path(&self, drop_id: DropId) -> String {
        format!("/theme/{drop_id}.css?v={}", self.version)
    }
}

/// The colours of one scheme.
fn scheme(colours: &SchemeColours) -> String {
    let SchemeColours { accent, on_accent, tint, water } = colours;
    format!(":root{{--accent:{accent};--on-accent:{on_accent};--tint:{tint};--water:{water}}}")
}

/// A band from the one edge of the window to the other, though the head of the page is narrower.
fn across(BandColours { band, on_band }: BandColours) -> String {
    format!(
        ".top{{background:{band};box-shadow:0 0 0 100vmax {band};clip-path:inset(0 -100vmax)}}\
         .top .brand,.top .languages button{{color:{on_band}}}\
         .top :focus-visible{{outline-color:{on_band}}}"
    )
}

/// Shows the stylesheet of a drop that shoppers may see: `<drop>.css`.
pub(super) async fn show(
    State(app): State<App>,
    Path(file): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let id = file.strip_suffix(".css").and_then(|id| id.parse::<DropId>().ok());
    let found = app.public_reads.find_theme(id.ok_or_else(Problem::not_found)?).await?;
    let theme = Option::as_ref(&found).ok_or_else(Problem::not_found)?;
    Ok(respond(Stylesheet::of(theme), query.as_deref(), &headers))
}

fn respond(sheet: Stylesheet, query: Option<&str>, headers: &HeaderMap) -> Response {
    let Stylesheet { text, version } = sheet;
    let wanted = query.and_then(|query| query.strip_prefix("v="));
    let kept = if wanted == Some(version.as_str()) { FOR_EVER } else { ASK_AGAIN };
    let etag = format!("\"{version}\"");
    let is_known = is_known(headers, &etag);
    let kept = [(header::CACHE_CONTROL, kept.to_owned()), (header::ETAG, etag)];
    if is_known {
        return (StatusCode::NOT_MODIFIED, kept).into_response();
    }
    (kept, [(header::CONTENT_TYPE, "text/css; charset=utf-8")], text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn theme(accent: Option<&str>, band: Option<&str>) -> Theme {
        let colour = |text: Option<&str>| text.map(|text| text.parse().unwrap());
        let style =
            ThemeStyle { accent: colour(accent), band: colour(band), ..ThemeStyle::default() };
        Theme { logo: None, style }
    }

    fn text(accent: Option<&str>, band: Option<&str>) -> String {
        Stylesheet::of(&theme(accent, band)).text
    }

    #[test]
    fn a_stylesheet_has_the_colours_of_both_schemes_and_what_can_be_read_on_the_band() {
        let both = text(Some("#0b6670"), Some("#ffcc00"));
        let light = ":root{--accent:#0b6670;--on-accent:#ffffff;";
        let dark = "@media (prefers-color-scheme:dark){:root{--accent:#";
        assert!(both.contains(light) && both.contains(dark), "{both}");
        let band = ".top{background:#ffcc00;";
        let on_band = ".top .brand,.top .languages button{color:#000000}";
        assert!(both.contains(band) && both.contains(on_band), "{both}");
        assert_eq!(text(None, None), PARTS);
        assert_eq!(both.matches('{').count(), both.matches('}').count());
    }

    #[test]
    fn what_is_left_open_is_as_for_everybody() {
        assert!(!text(None, Some("#12262b")).contains("--accent:#"));
        assert!(!text(Some("#12262b"), None).contains(".top"));
        // It would not be stored, and is passed over all the same.
        assert_eq!(text(Some("#ffcc00"), None), PARTS);
    }

    #[test]
    fn another_text_has_another_address() {
        let (drop_id, one) = (DropId::generate(), theme(Some("#0b6670"), None));
        let path = |theme: &Theme| Stylesheet::of(theme).path(drop_id);
        assert_eq!(path(&one), path(&one));
        assert_ne!(path(&one), path(&theme(Some("#12262b"), None)));
        assert!(path(&one).starts_with(&format!("/theme/{drop_id}.css?v=")));
    }

    #[test]
    fn only_the_version_that_was_asked_for_is_kept_for_ever() {
        let sheet = || Stylesheet::of(&theme(None, None));
        let current = format!("v={}", sheet().version);
        for (query, expected) in
            [(Some(current.as_str()), FOR_EVER), (Some("v=1"), ASK_AGAIN), (None, ASK_AGAIN)]
        {
            let response = respond(sheet(), query, &HeaderMap::new());
            assert_eq!(response.headers()[header::CACHE_CONTROL], expected, "{query:?}");
        }
    }
}
