//! Reads order commands at the order rate and commits them to Postgres, a batch per transaction.
//!
//! | file | step |
//! |---|---|
//! | `looks` | one look at the logs of all partitions, every few seconds |
//! | `read_position` | where to read on, and whether the log is still the one we know |
//! | `log_start` | where it is read from if it is not |
//! | `understand` | a record's bytes → a command of ours, or why it is none |
//! | `pace` | how many to try now |
//! | `commit` | the batch's transaction, tried until it is certain |
//! | `timing` | how long commands wait and batches take |
//! | `stall` | a partition that can't move on: reported and counted |
//! | `processor` | the loop around them, one per partition |
//!
//! One consumer reads all partitions, each through a queue of its own, so that one which waits for
//! its pace holds up no other.
//!
//! There is no consumer group and no committed offset in Kafka: the offset moves on in the same
//! transaction as what was read, and the lock of the partition only saves work. Two processors
//! at once are correct; the later one finds the offset moved.

mod commit;
mod log_start;
mod looks;
mod pace;
mod processor;
mod read_position;
mod stall;
mod timing;
mod understand;

use crate::{app::App, causes::with_causes, line_updates::LineUpdater, ownership};
use broker::LogConsumer;
use looks::Looks;
use processor::Tools;
use shared::shutdown::Shutdown;

/// Runs the role until the process stops.
pub async fn run(app: App, shutdown: Shutdown) {
    let consumer = match LogConsumer::new(&app.settings.kafka) {
        Ok(consumer) => consumer,
        Err(error) => {
            tracing::error!(error = with_causes(error), "no consumer can be made; stopping");
            shutdown.begin();
            return;
        }
    };
    let (found, looks) = Looks::channel();
    let updater = LineUpdater::start(&app, &shutdown);
    let tools = Tools { consumer, looks, updater };
    let (looking, soft) = (app.clone(), shutdown.soft());
    let keys = |app: App| async move { app.drops.partitions() };
    let work = move |app, partition, stop| processor::run(app, tools.clone(), partition, stop);
    let owned = ownership::run_owned(app, shutdown, "orders", keys, work);
    tokio::join!(owned, looks::keep_looking(&looking, &found, &soft));
}
