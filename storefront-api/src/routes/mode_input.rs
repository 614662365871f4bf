//! What operators and sellers say when they change the mode of a drop.

use crate::extract::{Faults, Validate};
use database::selling::drops::ModeChange;
use jiff::Timestamp;
use serde::Deserialize;
use shared::{drop_message::DropMessage, drops::DropMode};
use utoipa::ToSchema;

/// Why the mode is changed, and what shoppers who wait are told.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModeInput {
    /// The reason, for the audit log; up to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    pub(super) why: String,
    /// Shown to shoppers who wait; if left out, an earlier message goes.
    message: Option<WordsInput>,
}

/// Why a drop is maintained, until when, and what shoppers who wait are told.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MaintenanceInput {
    /// The reason, for the audit log; up to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    pub(super) why: String,
    /// When it is said to end, in the future and within a year. It is only told: the drop goes on when
    /// somebody resumes it.
    pub(super) until: Option<Timestamp>,
    /// Shown to shoppers who wait; if left out, an earlier message goes.
    message: Option<WordsInput>,
}

/// A message to shoppers who wait: one text for all of them, or one in each language.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(untagged, expecting = "expected a text, or an object with one in `en`, `ko` or both")]
enum WordsInput {
    /// One for readers of any language.
    ForAll(TextInput),
    /// One in each language.
    Each(TextsInput),
}

/// Up to 500 characters.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(min_length = 1, max_length = 500)]
struct TextInput(String);

/// A text in each language; who has none in their own reads the other.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TextsInput {
    /// In English, up to 500 characters.
    #[schema(min_length = 1, max_length = 500, example = "Back in five minutes")]
    en: Option<String>,
    /// In Korean, up to 500 characters.
    #[schema(min_length = 1, max_length = 500, example = "5분 뒤에 다시 열어요")]
    ko: Option<String>,
}

impl Validate for ModeInput {
    fn faults(&self) -> Faults {
        faults(&self.why, self.message.as_ref())
    }
}

impl Validate for MaintenanceInput {
    fn faults(&self) -> Faults {
        faults(&self.why, self.message.as_ref())
    }
}

fn faults(why: &str, message: Option<&WordsInput>) -> Faults {
    let mut faults = Faults::default();
    faults.text("/why", why, 500);
    if let Some(message) = message {
        message.check(&mut faults);
    }
    faults
}

impl ModeInput {
    /// Returns the change to this mode.
    pub(super) fn change(&self, mode: DropMode) -> ModeChange {
        let message = self.message.as_ref().and_then(WordsInput::message);
        ModeChange { mode, until: None, message }
    }
}

impl MaintenanceInput {
    /// Returns the change to maintenance.
    pub(super) fn change(&self) -> ModeChange {
        let message = self.message.as_ref().and_then(WordsInput::message);
        ModeChange { mode: DropMode::Maintenance, until: self.until, message }
    }
}

impl WordsInput {
    fn check(&self, faults: &mut Faults) {
        match self {
            Self::ForAll(TextInput(text)) => {
                faults.text("/message", text, DropMessage::MAX_CHARS);
            }
            Self::Each(TextsInput { en: None, ko: None }) => {
                faults.add("/message", "must have a text");
            }
            Self::Each(TextsInput { en, ko }) => {
                for (field, text) in [("/message/en", en), ("/message/ko", ko)] {
                    if let Some(text) = text {
                        faults.text(field, text, DropMessage::MAX_CHARS);
                    }
                }
            }
        }
    }

    fn message(&self) -> Option<DropMessage> {
        match self {
            Self::ForAll(TextInput(text)) => DropMessage::new(Some(text.clone()), None),
            Self::Each(TextsInput { en, ko }) => DropMessage::new(en.clone(), ko.clone()),
        }
    }
}
