//! Lets waiting tickets in and hands their commands to Kafka.
//!
//! | file | holds |
//! |---|---|
//! | `line` | the loop of one drop: admit, produce, extend |
//! | `pressure` | when the processors are behind, nobody else is let in |
//!
//! Any number of drains may work on a drop: rate, occupancy and stock are decided in Redis, in
//! one step with the move from waiting to in flight.

mod line;
mod pressure;

use crate::{app::App, causes::with_causes};
use shared::{ids::DropId, shutdown::Shutdown};
use std::collections::HashMap;
use tokio::task::JoinHandle;

/// Runs the role until the process stops.
pub(crate) async fn run(app: App, shutdown: Shutdown) {
    let soft = shutdown.soft();
    let mut changes = app.drops.subscribe();
    let mut lines: HashMap<DropId, JoinHandle<()>> = HashMap::new();
    while !soft.is_cancelled() {
        lines.retain(|_, line| !line.is_finished());
        for drop_id in app.drops.now().keys() {
            lines
                .entry(*drop_id)
                .or_insert_with(|| tokio::spawn(line::run(app.clone(), *drop_id, soft.clone())));
        }
        tokio::select! {
            () = soft.cancelled() => {}
            changed = changes.changed() => if changed.is_err() { break },
        }
    }
    for (drop_id, line) in lines {
        if let Err(error) = line.await {
            let error = with_causes(error);
            tracing::error!(drop.id = %drop_id, error, "the drain of drop {drop_id} failed");
        }
    }
}
