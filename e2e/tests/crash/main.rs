//! The longer runs, with a worker that can be wrong or stand still on purpose: one at a time.

#![expect(clippy::print_stdout, reason = "each trial is worth a line")]

mod gap;
mod mutants;
mod pauses;

use std::sync::LazyLock;
use tokio::sync::Mutex;

/// Tests of one process run at once; a crowd needs the machine for itself.
static MACHINE: LazyLock<Mutex<()>> = LazyLock::new(Mutex::default);
