//! Asks the payment provider, and asks again until the outcome is known.

use crate::app::App;
use shared::shutdown::Shutdown;

/// Runs the role until the process stops.
pub async fn run(app: App, shutdown: Shutdown) {
    drop(app);
    shutdown.soft().cancelled().await;
}
