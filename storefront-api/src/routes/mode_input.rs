//! What operators and sellers say when they change the mode of a drop.

use crate::extract::{Faults, Validate};
use database::selling::drops::ModeChange;
use jiff::Timestamp;
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
    /// Shown to shoppers who wait, up to 500 characters; if left out, an earlier message goes.
    #[schema(min_length = 1, max_length = 500)]
    message: Option<String>,
}

impl Validate for ModeInput {
    fn faults(&self) -> Faults {
        faults(&self.why, self.message.as_deref())
    }
}

impl Validate for MaintenanceInput {
    fn faults(&self) -> Faults {
        faults(&self.why, self.message.as_deref())
    }
}

fn faults(why: &str, message: Option<&str>) -> Faults {
    let mut faults = Faults::default();
    faults.text("/why", why, 500);
    if let Some(message) = message {
        faults.text("/message", message, 500);
    }
    faults
}

impl ModeInput {
    /// Returns the change to this mode.
    pub(super) fn change(&self, mode: DropMode) -> ModeChange<'_> {
        ModeChange { mode, until: None, message: self.message.as_deref() }
    }
}

impl MaintenanceInput {
    /// Returns the change to maintenance.
    pub(super) fn change(&self) -> ModeChange<'_> {
        let message = self.message.as_deref();
        ModeChange { mode: DropMode::Maintenance, until: self.until, message }
    }
}
