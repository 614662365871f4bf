//! What the gaps of the pages are filled with: what everybody may see, as a reader without scripts
//! needs it.

use super::{
    theme::Stylesheet,
    written::{moment, price, price_range},
};
use crate::pictures::PictureFile;
use database::selling::{
    drops::{DropVariant, FlashDrop},
    pictures::Picture,
    themes::{Theme, Wording},
};
use edge::page::{Language, Template, Text};
use shared::{drops::DropState, ids::DropId};

/// Embeds a page in both languages.
macro_rules! page {
    ($language:expr, $name:literal) => {
        Template(match $language {
            Language::English => include_str!(concat!("../../../web/dist/en/", $name)),
            Language::Korean => include_str!(concat!("../../../web/dist/ko/", $name)),
        })
    };
}

/// Fills the list of drops; `None` if they are not known now.
pub(super) fn home(language: Language, drops: Option<&[FlashDrop]>) -> String {
    let rows: Vec<Vec<Text>> = drops.unwrap_or_default().iter().map(texts).collect();
    let shown = match drops {
        None => "unknown",
        Some([]) => "none",
        Some(_) => "some",
    };
    page!(language, "index.html").fill(shown, &[], &rows)
}

/// Fills the page of a drop, in the look that its seller has given it. `line` is where its line is, for
/// those without scripts.
pub(super) fn flash_drop(
    language: Language,
    flash_drop: &FlashDrop,
    theme: &Theme,
    line: String,
) -> String {
    let (mut texts, shown) = (texts(flash_drop), shown(flash_drop));
    texts.extend(look(theme, flash_drop.id));
    texts.extend([("lang", language.tag().to_owned()), ("line", line)]);
    let is_open = flash_drop.state == DropState::Open && flash_drop.fulfilment.sells();
    let rows = if is_open { choices(&flash_drop.variants) } else { Vec::new() };
    page!(language, "drop.html").fill(&shown, &texts, &rows)
}

/// Fills the page of a drop that there is not.
pub(super) fn missing_drop(language: Language) -> String {
    page!(language, "drop.html").fill("missing", &untitled(), &[])
}

/// Fills the page of a drop of which nothing is known now.
pub(super) fn unknown_drop(language: Language) -> String {
    page!(language, "drop.html").fill("unknown", &untitled(), &[])
}

/// Fills the page of an order; whose it is, is for its script to find out.
pub(super) fn order(language: Language, id: String) -> String {
    let texts = [("order", id), ("lang", language.tag().to_owned())];
    page!(language, "order.html").fill("", &texts, &[])
}

/// Fills the page on which another device's code is typed.
pub(super) fn handoff(language: Language) -> String {
    page!(language, "handoff.html").fill("", &[], &[])
}

/// Fills the page of an address at which there is nothing.
pub(super) fn nothing(language: Language) -> String {
    page!(language, "missing.html").fill("", &[], &[])
}

/// Fills the page of something that went wrong on our side.
pub(super) fn failed(language: Language) -> String {
    page!(language, "failed.html").fill("", &[], &[])
}

fn untitled() -> Vec<Text> {
    vec![("title", "Sluice".to_owned())]
}

/// Returns what of its page is shown: one that lets into a site has parts of its own.
fn shown(flash_drop: &FlashDrop) -> String {
    let state = flash_drop.state.as_str();
    if flash_drop.fulfilment.sells() { state.to_owned() } else { format!("visit_{state}") }
}

fn texts(flash_drop: &FlashDrop) -> Vec<Text> {
    let site = flash_drop.site().map(|site| site.name().to_owned());
    // Where a price would stand, a site has its name.
    let price = site.clone().unwrap_or_else(|| price_range(&flash_drop.variants));
    let mut texts = vec![
        ("id", flash_drop.id.to_string()),
        ("title", flash_drop.title.clone()),
        ("names", names(flash_drop)),
        ("soon", text_if(flash_drop.state == DropState::Scheduled, "1")),
        ("seller", flash_drop.seller_name.clone()),
        ("price", price),
        ("site", site.unwrap_or_default()),
        ("count", flash_drop.units_available().to_string()),
        ("total", flash_drop.units_offered().to_string()),
        ("when", flash_drop.opens_at.map(moment).unwrap_or_default()),
        ("reason", flash_drop.end_reason.clone().unwrap_or_default()),
        ("description", flash_drop.description.clone()),
        ("invite", text_if(flash_drop.invite_only, "1")),
    ];
    if !flash_drop.fulfilment.takes_most() {
        texts.push(("max_units", flash_drop.max_units_per_ticket.to_string()));
    }
    texts.extend(flash_drop.picture.iter().flat_map(picture));
    texts
}

/// Names all that a drop sells; nothing of a site.
fn names(flash_drop: &FlashDrop) -> String {
    if !flash_drop.fulfilment.sells() {
        return String::new();
    }
    let names: Vec<&str> =
        flash_drop.variants.iter().map(|variant| variant.name.as_str()).collect();
    names.join(" · ")
}

/// Lists what there is to choose, for a form.
fn choices(variants: &[DropVariant]) -> Vec<Vec<Text>> {
    let is_several = variants.len() > 1;
    let choice = |variant: &DropVariant| {
        vec![
            ("variant_id", variant.id.to_string()),
            ("name", variant.name.clone()),
            ("variant_price", price(variant.price_minor, &variant.currency)),
            ("several", text_if(is_several, "1")),
            ("only", text_if(!is_several, "1")),
        ]
    };
    variants.iter().map(choice).collect()
}

/// Returns a text where it applies, else none.
fn text_if(applies: bool, text: &str) -> String {
    if applies { text.to_owned() } else { String::new() }
}

/// Says what a theme adds to a page; nothing, if all of it is left open.
fn look(theme: &Theme, drop_id: DropId) -> Vec<Text> {
    if *theme == Theme::default() {
        return Vec::new();
    }
    let mut look = vec![("theme", Stylesheet::of(theme).path(drop_id))];
    if let Some(Wording { en, ko }) = &theme.style.tagline {
        look.extend([("tagline_en", en.clone()), ("tagline_ko", ko.clone())]);
    }
    if let Some(Wording { en, ko }) = &theme.style.message {
        look.extend([("words_en", en.clone()), ("words_ko", ko.clone())]);
    }
    // It stands in a line, so the narrowest of its files is wide enough.
    let narrowest = theme.logo.as_ref().and_then(|logo| PictureFile::all(logo).next());
    look.extend(narrowest.map(|file| ("logo", file.path())));
    look
}

/// Says where the files of a picture are, as the attributes of an `img` want it.
fn picture(picture: &Picture) -> [Text; 4] {
    let mut src = String::new();
    let mut sources = Vec::new();
    for file in PictureFile::all(picture) {
        src = file.path();
        sources.push(format!("{src} {}w", file.width));
    }
    let width = picture.widths.last().copied().unwrap_or_default();
    [
        ("src", src),
        ("srcset", sources.join(", ")),
        ("width", width.to_string()),
        ("height", picture.height.to_string()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_named_in_all_its_widths() {
        let id = "ab".repeat(32);
        let known = Picture { id: id.clone(), widths: vec![320, 800], height: 600 };
        let [src, srcset, width, height] = picture(&known).map(|(_, text)| text);
        assert_eq!(src, format!("/v1/pictures/{id}-800.jpg"));
        assert_eq!(srcset, format!("/v1/pictures/{id}-320.jpg 320w, {src} 800w"));
        assert_eq!((width.as_str(), height.as_str()), ("800", "600"));
    }

    #[test]
    fn no_page_goes_out_with_a_gap_or_a_block_that_was_not_filled() {
        for language in [Language::English, Language::Korean] {
            let pages = [
                home(language, None),
                home(language, Some(&[])),
                missing_drop(language),
                unknown_drop(language),
                order(language, String::new()),
                handoff(language),
                nothing(language),
                failed(language),
            ];
            for page in pages {
                assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
                assert!(!page.contains("{{") && !page.contains("<!--"), "{page}");
            }
        }
    }
}
