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
use shared::{ids::DropId, shutdown::Shutdown, telemetry::CounterName};
use std::{collections::HashMap, time::Duration};
use tokio_util::task::AbortOnDropHandle;

/// How often it is looked whether a line's drain has ended, beside each change of the drops.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Runs the role until the process stops.
pub(crate) async fn run(app: App, shutdown: Shutdown) {
    let soft = shutdown.soft();
    let provider = provider::watch(&app, &soft);
    let mut changes = app.drops.subscribe();
    let mut lines: HashMap<DropId, AbortOnDropHandle<()>> = HashMap::new();
    while !soft.is_cancelled() {
        for (drop_id, line) in lines.extract_if(|_, line| line.is_finished()) {
            finish(drop_id, line).await;
        }
        for drop_id in app.drops.now().keys() {
            lines.entry(*drop_id).or_insert_with(|| {
                let pressure = Pressure::new(provider.clone());
                let line = line::run(app.clone(), *drop_id, pressure, soft.clone());
                AbortOnDropHandle::new(tokio::spawn(line))
            });
        }
        tokio::select! {
            () = soft.cancelled() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
            changed = changes.changed() => if changed.is_err() { break },
        }
    }
    for (drop_id, line) in lines {
        finish(drop_id, line).await;
    }
}

/// Waits for the end of a drain; one that broke off is started again with the next look.
async fn finish(drop_id: DropId, line: AbortOnDropHandle<()>) {
    if let Err(error) = line.await {
        CounterName::WorkerPanics.get().increment(1);
        let error = with_causes(error);
        tracing::error!(drop.id = %drop_id, error, "the drain of drop {drop_id} broke off");
    }
}
