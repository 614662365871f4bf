//! Finds what calls that were lost have left behind, and settles it.

use crate::app::App;
use shared::shutdown::Shutdown;

/// Runs the role until the process stops.
pub async fn run(app: App, shutdown: Shutdown) {
    drop(app);
    shutdown.soft().cancelled().await;
}
