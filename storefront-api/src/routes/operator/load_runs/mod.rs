//! The load lab: crowds that operators ask for, and the agent that sends them.
//!
//! | file | holds |
//! |---|---|
//! | `ask.rs` | asking for a run and calling it off |
//! | `show.rs` | what operators see of runs |
//! | `work.rs` | what an agent says |

pub(super) mod ask;
pub(super) mod show;
pub(super) mod work;

use crate::{ApiError, App};

/// Fails where the settings allow no crowds.
fn ensure_allowed(app: &App) -> Result<(), ApiError> {
    if app.settings.has_load_lab() { Ok(()) } else { Err(ApiError::LoadLabOff) }
}
