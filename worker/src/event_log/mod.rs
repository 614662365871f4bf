//! Writes room events to Kafka in their order, and rebuilds rooms whose Redis was lost.
//!
//! | file | holds |
//! |---|---|
//! | `line` | the loop of one drop: a usable room, then event after event |
//! | `writer` | `ev` → `queue-events`: chained, acknowledged, cursor moved, `ev` trimmed |
//! | [`history`] | reading a drop's own chain back from the log |
//! | `rebuild` | the one procedure for a first room, a restarted and a wiped Redis |
//! | `in_flight` | for a rebuild: the commands that the processor will still meet |
//!
//! Content and order of the records follow from the events alone. Two writers at once write equal
//! records; the slower one finds the cursor moved, and readers pass over what does not continue
//! the chain.

mod error;
pub mod history;
mod in_flight;
mod line;
mod rebuild;
mod writer;

pub use error::LogError;

use crate::{app::App, ownership};
use shared::shutdown::Shutdown;

/// Runs the role until the process stops.
pub async fn run(app: App, shutdown: Shutdown) {
    let keys = |app: App| async move { app.drops.now().keys().copied().collect() };
    ownership::run_owned(app, shutdown, "log", keys, line::run).await;
}
