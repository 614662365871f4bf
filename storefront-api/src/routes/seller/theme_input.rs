//! What a seller says of a theme.

use crate::extract::{Faults, Validate};
use database::selling::themes::{ThemeStyle, Wording};
use serde::Deserialize;
use shared::theme::{AccentColours, Colour};
use utoipa::ToSchema;

/// Longest texts, characters.
const MAX_TAGLINE: usize = 80;
const MAX_MESSAGE: usize = 300;

/// Colours and texts of a theme, all of them: what is left out is left open.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ThemeInput {
    /// Of links and buttons on light pages; it needs a contrast of 4.5:1 there. On dark pages it is made
    /// as much brighter as it has to be.
    #[schema(value_type = Option<String>, max_length = 7, pattern = "^#[0-9a-fA-F]{6}$",
        example = "#0b6670")]
    accent: Option<Colour>,
    /// Of the band above the page, whose text is black or white, whatever can be read on it.
    #[schema(value_type = Option<String>, max_length = 7, pattern = "^#[0-9a-fA-F]{6}$",
        example = "#12262b")]
    band: Option<Colour>,
    /// The line above the title.
    tagline: Option<TaglineInput>,
    /// What a page says below its title.
    message: Option<MessageInput>,
}

/// A line in both languages.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaglineInput {
    /// Up to 80 characters.
    #[schema(min_length = 1, max_length = 80, example = "Lamps from the harbour")]
    en: String,
    /// Up to 80 characters.
    #[schema(min_length = 1, max_length = 80, example = "항구에서 온 램프")]
    ko: String,
}

/// A message in both languages.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MessageInput {
    /// Up to 300 characters.
    #[schema(min_length = 1, max_length = 300)]
    en: String,
    /// Up to 300 characters.
    #[schema(min_length = 1, max_length = 300)]
    ko: String,
}

impl Validate for ThemeInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        if let Some(Err(faint)) = self.accent.map(AccentColours::of) {
            faults.add("/accent", faint.to_string());
        }
        if let Some(TaglineInput { en, ko }) = &self.tagline {
            faults.text("/tagline/en", en, MAX_TAGLINE);
            faults.text("/tagline/ko", ko, MAX_TAGLINE);
        }
        if let Some(MessageInput { en, ko }) = &self.message {
            faults.text("/message/en", en, MAX_MESSAGE);
            faults.text("/message/ko", ko, MAX_MESSAGE);
        }
        faults
    }
}

impl From<ThemeInput> for ThemeStyle {
    fn from(input: ThemeInput) -> Self {
        Self {
            accent: input.accent,
            band: input.band,
            tagline: input.tagline.map(|TaglineInput { en, ko }| Wording { en, ko }),
            message: input.message.map(|MessageInput { en, ko }| Wording { en, ko }),
        }
    }
}
