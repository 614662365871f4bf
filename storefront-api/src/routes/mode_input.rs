//! What operators and sellers say when they pause or resume a drop.

use crate::extract::{Faults, Validate};
use database::selling::drops::ModeChange;
use serde::Deserialize;
use shared::drops::DropMode;
use utoipa::ToSchema;

/// Why the mode is changed, and what shoppers who wait are told.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModeInput {
    /// The reason, for the audit log; up to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    pub(super) why: String,
    /// Shown to shoppers who wait, up to 500 characters; if left out, an earlier message goes.
    #[schema(min_length = 1, max_length = 500)]
    message: Option<String>,
}

impl Validate for ModeInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.text("/why", &self.why, 500);
        if let Some(message) = &self.message {
            faults.text("/message", message, 500);
        }
        faults
    }
}

impl ModeInput {
    /// Returns the change to this mode.
    pub(super) fn change(&self, mode: DropMode) -> ModeChange<'_> {
        ModeChange { mode, message: self.message.as_deref() }
    }
}
