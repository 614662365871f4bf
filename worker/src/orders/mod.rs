//! Reads order commands at the order rate and commits them to Postgres, a batch per transaction.
//!
//! | file | step |
//! |---|---|
//! | `read_position` | where to read on, and whether the log is still the one we know |
//! | `understand` | a record's bytes → a command of ours, or why it is none |
//! | `pace` | how many to try now |
//! | `commit` | the batch's transaction, tried until it is certain |
//! | `stall` | a partition that can't move on: reported and counted |
//! | `processor` | the loop around them, one per partition |
//!
//! There is no consumer group and no committed offset in Kafka: the offset moves on in the same
//! transaction as what was read, and the lock of the partition only saves work. Two processors
//! at once are correct; the later one finds the offset moved.

mod commit;
mod pace;
mod processor;
mod read_position;
mod stall;
mod understand;

use crate::{app::App, line_updates::LineUpdater, ownership};
use shared::shutdown::Shutdown;

/// Runs the role until the process stops.
pub async fn run(app: App, shutdown: Shutdown) {
    let updater = LineUpdater::start(&app, &shutdown);
    let keys = |app: App| async move { app.drops.partitions() };
    let work = move |app, partition, stop| processor::run(app, updater.clone(), partition, stop);
    ownership::run_owned(app, shutdown, "orders", keys, work).await;
}
