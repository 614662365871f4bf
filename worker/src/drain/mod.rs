//! Lets waiting tickets in and hands their commands to Kafka.
//!
//! | file | holds |
//! |---|---|
//! | `line` | the loop of one drop: admit, produce, extend |
//! | `pressure` | when the processors are behind or nobody can pay, nobody else is let in |
//! | `provider` | how the payment provider does |
//!
//! Any number of drains may work on a drop: rate, occupancy and stock are decided in Redis, in
//! one step with the move from waiting to in flight.

mod line;
mod pressure;
mod provider;

use crate::{app::App, causes::with_causes};
use pressure::Pressure;
use shared::{ids::DropId, shutdown::Shutdown};
use std::collections::HashMap;
use tokio::task::JoinHandle;

/// Runs the role until the process stops.
pub(crate) async fn run(app: App, shutdown: Shutdown) {
    let soft = shutdown.soft();
    let provider = provider::watch(&app, &soft);
    let mut changes = app.drops.subscribe();
    let mut lines: HashMap<DropId, JoinHandle<()>> = HashMap::new();
    while !soft.is_cancelled() {
        lines.retain(|_, line| !line.is_finished());
        for drop_id in app.drops.now().keys() {
            lines.entry(*drop_id).or_insert_with(|| {
                let pressure = Pressure::new(provider.clone());
                tokio::spawn(line::run(app.clone(), *drop_id, pressure, soft.clone()))
            });
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
