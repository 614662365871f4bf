//! The longer runs, with workers that are wrong or stand still on purpose: one at a time.
//!
//! `SLUICE_E2E_GAP=drain.after_ack` and `SLUICE_E2E_MUTANT=auto_commit` try that one alone.

#![expect(clippy::print_stdout, reason = "each trial is worth a line")]

#[path = "../common/mod.rs"]
mod common;
mod gap;
mod mutants;
mod pauses;

use std::sync::LazyLock;
use tokio::sync::Mutex;

/// Tests of one process run at once; a crowd needs the machine for itself.
static MACHINE: LazyLock<Mutex<()>> = LazyLock::new(Mutex::default);

/// The one trial that is asked for, if any.
#[expect(clippy::disallowed_methods, reason = "chooses a test, no setting")]
fn chosen(variable: &str) -> Option<String> {
    std::env::var(variable).ok()
}
