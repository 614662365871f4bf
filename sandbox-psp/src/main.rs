//! `sandbox-psp`: reads its settings and serves until it is told to stop.

use clap::Parser;
use sandbox_psp::settings::Settings;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> anyhow::Result<()> {
    let settings = Settings::parse();
    let filter = EnvFilter::try_new(&settings.log)?;
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let soft_shutdown = CancellationToken::new();
    tokio::spawn(watch_signals(soft_shutdown.clone()));
    sandbox_psp::run(settings, soft_shutdown).await
}

/// First signal: answer what is open. Second: leave at once; the ledger is safe at any moment.
async fn watch_signals(soft_shutdown: CancellationToken) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    loop {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        if soft_shutdown.is_cancelled() {
            std::process::exit(1);
        }
        soft_shutdown.cancel();
    }
}
