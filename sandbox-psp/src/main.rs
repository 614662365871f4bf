//! The `sandbox-psp` program.

use std::time::Duration;

use clap::Parser;
use mimalloc::MiMalloc;
use sandbox_psp::settings::Settings;
use shared::shutdown::Shutdown;
use tracing_subscriber::EnvFilter;

/// Costs less than glibc's; see the workspace's `Cargo.toml`.
#[global_allocator]
static GLOBAL: MiMalloc = MiMalloc;

/// How long open requests may take after the first signal.
const GRACE: Duration = Duration::from_secs(5);

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> anyhow::Result<()> {
    let settings = Settings::parse();
    let filter = EnvFilter::try_new(&settings.log)?;
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let shutdown = Shutdown::default();
    let (end, mut ended) = tokio::sync::oneshot::channel();
    let stop = shutdown.clone();
    shutdown.spawn(async move {
        let _ = end.send(sandbox_psp::run(settings, stop.soft()).await);
        // A server that ended by itself must end the process too.
        stop.begin();
    });
    shutdown.wait(GRACE).await;
    // The ledger is consistent at any moment, so requests that are still open may be dropped.
    ended.try_recv().unwrap_or(Ok(()))
}
