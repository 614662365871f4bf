//! How the pages of a seller's drops look.

use crate::console::CONSOLE;
use anyhow::{Context as _, bail, ensure};
use clap::Args;
use database::selling::themes::{self, Theme, ThemeOf, Wording};
use serde_json::{Value, json};
use shared::{
    config::Settings,
    ids::{DropId, SellerId},
    theme::{AccentColours, Colour},
};

/// Longest texts, characters.
const MAX_TAGLINE: usize = 80;
const MAX_MESSAGE: usize = 300;

/// Whose pages they are, and what of their look changes. What is left out stays.
#[derive(Clone, Debug, Args)]
pub(crate) struct ThemeArguments {
    /// The seller.
    seller_id: SellerId,
    /// One drop of the seller; without it, all that have nothing of their own.
    #[arg(long)]
    drop: Option<DropId>,
    /// Takes all colours and texts away first. A logo stays.
    #[arg(long, requires = "why")]
    plain: bool,
    /// Of links and buttons, such as `#0b6670`.
    #[arg(long, requires = "why")]
    accent: Option<Colour>,
    /// Of the band above the page.
    #[arg(long, requires = "why")]
    band: Option<Colour>,
    /// The line above the title, in English and in Korean.
    #[arg(long, requires = "why", num_args = 2, value_names = ["ENGLISH", "KOREAN"])]
    tagline: Option<Vec<String>>,
    /// What a page says below its title, in English and in Korean.
    #[arg(long, requires = "why", num_args = 2, value_names = ["ENGLISH", "KOREAN"])]
    message: Option<Vec<String>>,
    /// The reason of a change, for the audit log.
    #[arg(long)]
    why: Option<String>,
}

/// Changes a theme if that is asked for, and returns it.
pub(crate) async fn run(settings: &Settings, arguments: &ThemeArguments) -> anyhow::Result<Value> {
    let pool = database::connect(&settings.database)?;
    let of = ThemeOf { seller_id: arguments.seller_id, drop_id: arguments.drop };
    let theme = themes::find(&pool, of).await?;
    let Some(why) = arguments.why.as_deref().filter(|_| arguments.changes()) else {
        return Ok(shown(of, &theme));
    };
    let mut style = if arguments.plain { Default::default() } else { theme.style };
    if let Some(accent) = arguments.accent {
        AccentColours::of(accent).with_context(|| format!("the accent {accent} is too faint"))?;
        style.accent = Some(accent);
    }
    style.band = arguments.band.or(style.band);
    style.tagline = wording(arguments.tagline.as_deref(), MAX_TAGLINE)?.or(style.tagline);
    style.message = wording(arguments.message.as_deref(), MAX_MESSAGE)?.or(style.message);
    if !themes::set(&pool, of, &style, CONSOLE, why).await? {
        bail!("there is no such seller, or no such drop of theirs");
    }
    Ok(shown(of, &themes::find(&pool, of).await?))
}

impl ThemeArguments {
    fn changes(&self) -> bool {
        let has_colour = self.accent.is_some() || self.band.is_some();
        self.plain || has_colour || self.tagline.is_some() || self.message.is_some()
    }
}

/// Reads a text in both languages.
fn wording(given: Option<&[String]>, max_chars: usize) -> anyhow::Result<Option<Wording>> {
    let Some([en, ko]) = given else { return Ok(None) };
    for text in [en, ko] {
        let is_text = !text.trim().is_empty() && !text.chars().any(char::is_control);
        let fits = is_text && text.chars().count() <= max_chars;
        ensure!(fits, "a text has 1 to {max_chars} characters, on one line");
    }
    Ok(Some(Wording { en: en.clone(), ko: ko.clone() }))
}

fn shown(of: ThemeOf, theme: &Theme) -> Value {
    json!({
        "seller_id": of.seller_id,
        "drop_id": of.drop_id,
        "logo": theme.logo.as_ref().map(|logo| &logo.id),
        "accent": theme.style.accent,
        "band": theme.style.band,
        "tagline": theme.style.tagline,
        "message": theme.style.message,
    })
}
