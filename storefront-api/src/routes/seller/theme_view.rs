//! A theme as the API shows it.

use crate::routes::picture::PictureResponse;
use database::selling::themes::{Theme, ThemeStyle, Wording};
use serde::Serialize;
use shared::theme::{AccentColours, BandColours, Colour, SchemeColours};
use utoipa::ToSchema;

/// How pages look; what is null is left open.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ThemeResponse {
    logo: Option<PictureResponse>,
    /// Of links and buttons on light pages.
    #[schema(value_type = Option<String>, example = "#0b6670")]
    accent: Option<Colour>,
    /// Of the band above the page.
    #[schema(value_type = Option<String>, example = "#12262b")]
    band: Option<Colour>,
    /// The line above the title.
    tagline: Option<WordingResponse>,
    /// What a page says below its title.
    message: Option<WordingResponse>,
    colours: ColoursResponse,
}

/// The colours that follow from a theme's own.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct ColoursResponse {
    /// Of light pages; null where the accent is left open.
    light: Option<SchemeResponse>,
    /// Of dark pages; null where the accent is left open.
    dark: Option<SchemeResponse>,
    /// Of text on the band; null where that is left open.
    #[schema(value_type = Option<String>, example = "#ffffff")]
    on_band: Option<Colour>,
}

/// What follows from an accent, on light pages or on dark ones.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
struct SchemeResponse {
    /// Of links and buttons.
    #[schema(value_type = String, example = "#0b6670")]
    accent: Colour,
    /// Of text on buttons.
    #[schema(value_type = String, example = "#ffffff")]
    on_accent: Colour,
    /// The ground of what stands out.
    #[schema(value_type = String, example = "#ebf3f3")]
    tint: Colour,
    /// The ground that rises as the line moves.
    #[schema(value_type = String, example = "#ddeaeb")]
    water: Colour,
}

/// A text in both languages.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct WordingResponse {
    en: String,
    ko: String,
}

impl ColoursResponse {
    /// Works out the colours of a style.
    pub(super) fn of(style: &ThemeStyle) -> Self {
        let colours = style.accent.and_then(|accent| AccentColours::of(accent).ok());
        Self {
            light: colours.map(|colours| colours.light.into()),
            dark: colours.map(|colours| colours.dark.into()),
            on_band: style.band.map(|band| BandColours::of(band).on_band),
        }
    }
}

impl From<SchemeColours> for SchemeResponse {
    fn from(colours: SchemeColours) -> Self {
        let SchemeColours { accent, on_accent, tint, water } = colours;
        Self { accent, on_accent, tint, water }
    }
}

impl From<Wording> for WordingResponse {
    fn from(wording: Wording) -> Self {
        let Wording { en, ko } = wording;
        Self { en, ko }
    }
}

impl From<Theme> for ThemeResponse {
    fn from(theme: Theme) -> Self {
        let Theme { logo, style } = theme;
        Self {
            logo: logo.map(PictureResponse::from),
            accent: style.accent,
            band: style.band,
            colours: ColoursResponse::of(&style),
            tagline: style.tagline.map(WordingResponse::from),
            message: style.message.map(WordingResponse::from),
        }
    }
}
