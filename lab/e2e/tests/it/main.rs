//! Whole-system tests, one at a time: each has its own servers, and two cores are few.

#![expect(clippy::print_stdout, reason = "a report is worth reading even if a test passes")]

mod acts;
mod clustered;
#[path = "../common/mod.rs"]
mod common;
mod composed;
mod crowd_runs;
mod frozen;
mod gateways;
mod losses;
mod neighbours;
mod planes;
mod presets;
mod profile;
mod protected;
mod regulars;
mod restore;
mod rotation;
mod sale;
mod secrets;
mod stage;
mod variants;

use std::sync::LazyLock;
use tokio::sync::Mutex;

/// Tests of one process run at once; a crowd needs the machine for itself.
static MACHINE: LazyLock<Mutex<()>> = LazyLock::new(Mutex::default);
