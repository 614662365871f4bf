//! Lets waiting tickets in and hands their commands to Kafka.

use crate::app::App;
use shared::shutdown::Shutdown;

/// Runs the role until the process stops.
pub async fn run(app: App, shutdown: Shutdown) {
    drop(app);
    shutdown.soft().cancelled().await;
}
