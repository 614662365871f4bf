//! What a seller or an operator says to those who wait, in the languages of the pages.

use serde::Serialize;

/// Stands between two texts where they are kept as one. No text has it: whoever takes one refuses
/// control characters.
const BETWEEN: char = '\u{1f}';

/// A message to those who wait.
///
/// Postgres, Redis and the events of the line keep it as one text, as [`DropMessage::kept`] writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum DropMessage {
    /// One text for readers of any language.
    ForAll(String),
    /// One for readers of each language.
    Each {
        /// In English.
        en: String,
        /// In Korean.
        ko: String,
    },
}

impl DropMessage {
    /// Most characters of one text.
    pub const MAX_CHARS: usize = 500;

    /// Makes a message of what was said in each language; `None` if that is nothing. Who is told nothing
    /// in their own language reads the other.
    #[must_use]
    pub fn new(en: Option<String>, ko: Option<String>) -> Option<Self> {
        match (en, ko) {
            (Some(en), Some(ko)) => Some(Self::Each { en, ko }),
            (Some(text), None) | (None, Some(text)) => Some(Self::ForAll(text)),
            (None, None) => None,
        }
    }

    /// Reads a message as it is kept.
    #[must_use]
    pub fn read(kept: &str) -> Self {
        match kept.split_once(BETWEEN) {
            Some((en, ko)) => Self::Each { en: en.to_owned(), ko: ko.to_owned() },
            None => Self::ForAll(kept.to_owned()),
        }
    }

    /// Returns the text as which it is kept.
    #[must_use]
    pub fn kept(&self) -> String {
        match self {
            Self::ForAll(text) => text.clone(),
            Self::Each { en, ko } => format!("{en}{BETWEEN}{ko}"),
        }
    }

    /// Returns what readers of English are told.
    #[must_use]
    pub fn english(&self) -> &str {
        match self {
            Self::ForAll(text) | Self::Each { en: text, .. } => text,
        }
    }

    /// Returns what readers of Korean are told.
    #[must_use]
    pub fn korean(&self) -> &str {
        match self {
            Self::ForAll(text) | Self::Each { ko: text, .. } => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn each(en: &str, ko: &str) -> DropMessage {
        DropMessage::Each { en: en.to_owned(), ko: ko.to_owned() }
    }

    fn made(en: Option<&str>, ko: Option<&str>) -> Option<DropMessage> {
        DropMessage::new(en.map(str::to_owned), ko.map(str::to_owned))
    }

    #[test]
    fn a_message_that_is_kept_as_one_text_comes_back_as_it_was() {
        let plain = ["Back at noon.", "back | at\n5", r#"{"en":"a","ko":"b"}"#];
        let plain = plain.map(|text| DropMessage::ForAll(text.to_owned()));
        for message in plain.into_iter().chain([each("Back at noon.", "정오에 돌아와요.")]) {
            assert_eq!(DropMessage::read(&message.kept()), message);
        }
    }

    #[test]
    fn who_is_told_nothing_in_their_language_reads_the_other() {
        let both = made(Some("Soon"), Some("곧")).unwrap();
        assert_eq!((both.english(), both.korean()), ("Soon", "곧"));
        for (one, text) in [(made(Some("Soon"), None), "Soon"), (made(None, Some("곧")), "곧")] {
            let one = one.unwrap();
            assert_eq!((one.english(), one.korean()), (text, text));
        }
        assert_eq!(made(None, None), None);
    }

    #[test]
    fn a_message_is_written_as_a_text_or_as_one_in_each_language() {
        let written = |message: &DropMessage| serde_json::to_string(message).unwrap();
        assert_eq!(written(&DropMessage::ForAll("Soon".to_owned())), r#""Soon""#);
        assert_eq!(written(&each("Soon", "곧")), r#"{"en":"Soon","ko":"곧"}"#);
    }
}
