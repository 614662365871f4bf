//! Reads order commands at the order rate and commits them to Postgres, a batch per transaction.

use crate::app::App;
use shared::shutdown::Shutdown;

/// Runs the role until the process stops.
pub async fn run(app: App, shutdown: Shutdown) {
    drop(app);
    shutdown.soft().cancelled().await;
}
