//! A theme, and whose it is.

use crate::selling::pictures::Picture;
use serde::Serialize;
use shared::{
    ids::{DropId, SellerId},
    theme::Colour,
};

/// Whose theme it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThemeOf {
    /// The seller.
    pub seller_id: SellerId,
    /// One of the seller's drops; `None` for all that have nothing of their own.
    pub drop_id: Option<DropId>,
}

/// A text in the languages of the pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wording {
    /// In English.
    pub en: String,
    /// In Korean.
    pub ko: String,
}

/// Colours and texts of a theme. What is `None` is left open.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ThemeStyle {
    /// Of links and buttons.
    pub accent: Option<Colour>,
    /// Of the band above the page.
    pub band: Option<Colour>,
    /// The line above the title, 1 to 80 characters in each language.
    pub tagline: Option<Wording>,
    /// What a page says below its title, 1 to 300 characters in each language.
    pub message: Option<Wording>,
}

/// How pages look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Theme {
    /// Stands above the page.
    pub logo: Option<Picture>,
    /// All else.
    pub style: ThemeStyle,
}

/// Colours and texts as the table has them.
pub(super) struct StyleRow {
    pub(super) accent: Option<String>,
    pub(super) band: Option<String>,
    pub(super) tagline_en: Option<String>,
    pub(super) tagline_ko: Option<String>,
    pub(super) message_en: Option<String>,
    pub(super) message_ko: Option<String>,
}

impl Wording {
    fn joined(en: Option<String>, ko: Option<String>) -> Option<Self> {
        Some(Self { en: en?, ko: ko? })
    }
}

impl From<StyleRow> for ThemeStyle {
    fn from(row: StyleRow) -> Self {
        // The table's checks let nothing through that is none.
        let colour = |text: Option<String>| text.and_then(|text| text.parse().ok());
        Self {
            accent: colour(row.accent),
            band: colour(row.band),
            tagline: Wording::joined(row.tagline_en, row.tagline_ko),
            message: Wording::joined(row.message_en, row.message_ko),
        }
    }
}
