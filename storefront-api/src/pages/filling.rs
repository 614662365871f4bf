//! What the gaps of the pages are filled with: what everybody may see, as a reader without scripts
//! needs it.

use super::{
    language::Language,
    template::{Template, Text},
};
use crate::{pictures::PictureFile, site::Site};
use database::selling::{
    drops::{DropVariant, FlashDrop},
    pictures::Picture,
};
use iso_currency::Currency;
use jiff::Timestamp;

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

/// Fills the page of a drop.
pub(super) fn flash_drop(language: Language, flash_drop: &FlashDrop) -> String {
    page!(language, "drop.html").fill(&shown(flash_drop), &texts(flash_drop), &[])
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
pub(super) fn order(language: Language) -> String {
    page!(language, "order.html").fill("", &[], &[])
}

/// Fills the page on which another device's code is typed.
pub(super) fn handoff(language: Language) -> String {
    page!(language, "handoff.html").fill("", &[], &[])
}

/// Fills the page of an address at which there is nothing.
pub(super) fn nothing(language: Language) -> String {
    page!(language, "missing.html").fill("", &[], &[])
}

fn untitled() -> Vec<Text> {
    vec![("title", "Sluice".to_owned())]
}

/// Returns what of its page is shown: one that lets into a site has parts of its own.
fn shown(flash_drop: &FlashDrop) -> String {
    let state = flash_drop.state.as_str();
    if flash_drop.fulfilment.has_stock() { state.to_owned() } else { format!("visit_{state}") }
}

fn texts(flash_drop: &FlashDrop) -> Vec<Text> {
    let site = Site::of(flash_drop).map(|site| site.name().to_owned());
    // Where a price would stand, a site has its name.
    let price = site.clone().unwrap_or_else(|| price_range(&flash_drop.variants));
    let mut texts = vec![
        ("id", flash_drop.id.to_string()),
        ("title", flash_drop.title.clone()),
        ("seller", flash_drop.seller_name.clone()),
        ("price", price),
        ("site", site.unwrap_or_default()),
        ("count", flash_drop.units_available().to_string()),
        ("total", flash_drop.units_offered().to_string()),
        ("when", flash_drop.opens_at.map(moment).unwrap_or_default()),
        ("reason", flash_drop.end_reason.clone().unwrap_or_default()),
        ("description", flash_drop.description.clone()),
    ];
    texts.extend(flash_drop.picture.iter().flat_map(picture));
    texts
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

fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// Writes the price of what a drop sells, from the lowest to the highest where they differ.
fn price_range(variants: &[DropVariant]) -> String {
    let by_price = |variant: &&DropVariant| variant.price_minor;
    let ends = variants.iter().min_by_key(by_price).zip(variants.iter().max_by_key(by_price));
    let Some((lowest, highest)) = ends else { return String::new() };
    let from = price(lowest.price_minor, &lowest.currency);
    if lowest.price_minor == highest.price_minor {
        return from;
    }
    format!("{from}–{}", price(highest.price_minor, &highest.currency))
}

/// Writes an amount of minor units with as many digits behind the point as its currency has.
fn price(minor: i64, code: &str) -> String {
    let currency = Currency::from_code(code);
    let digits = usize::from(currency.and_then(Currency::exponent).unwrap_or(2));
    let symbol = currency.map_or_else(|| code.to_owned(), |known| known.symbol().to_string());
    let all = format!("{minor:0>width$}", width = digits + 1);
    let (whole, part) = all.split_at(all.len() - digits);
    let point = if digits == 0 { "" } else { "." };
    format!("{symbol}{}{point}{part}", in_thousands(whole))
}

fn in_thousands(whole: &str) -> String {
    let mut grouped = String::new();
    for (n, digit) in whole.chars().enumerate() {
        if n > 0 && (whole.len() - n).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::ids::VariantId;

    #[test]
    fn a_price_has_the_digits_of_its_currency() {
        assert_eq!(price(48_000, "KRW"), "₩48,000");
        assert_eq!(price(1_234_567, "EUR"), "€12,345.67");
        assert_eq!(price(5, "EUR"), "€0.05");
        assert_eq!(price(999, "KRW"), "₩999");
    }

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
    fn several_prices_are_told_from_the_lowest_to_the_highest() {
        let variant = |price_minor| DropVariant {
            id: VariantId::generate(),
            name: "Brass".into(),
            price_minor,
            currency: "EUR".into(),
            units_offered: 1,
            units_available: 1,
            units_reserved: 0,
        };
        assert_eq!(price_range(&[variant(500)]), "€5.00");
        assert_eq!(price_range(&[variant(500), variant(500)]), "€5.00");
        assert_eq!(price_range(&[variant(900), variant(500), variant(700)]), "€5.00–€9.00");
    }

    #[test]
    fn no_page_goes_out_with_a_gap_or_a_block_that_was_not_filled() {
        for language in [Language::English, Language::Korean] {
            let pages = [
                home(language, None),
                home(language, Some(&[])),
                missing_drop(language),
                unknown_drop(language),
                order(language),
                handoff(language),
                nothing(language),
            ];
            for page in pages {
                assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
                assert!(!page.contains("{{") && !page.contains("<!--"), "{page}");
            }
        }
    }
}
