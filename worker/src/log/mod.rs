//! Writes room events to Kafka in their order, and rebuilds rooms whose Redis was lost.

use crate::app::App;
use shared::shutdown::Shutdown;

/// Runs the role until the process stops.
pub async fn run(app: App, shutdown: Shutdown) {
    drop(app);
    shutdown.soft().cancelled().await;
}
