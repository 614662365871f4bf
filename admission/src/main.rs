//! Starts the admission service.

use clap::Parser;
use mimalloc::MiMalloc;
use shared::{
    config::{Program, Settings},
    shutdown::Shutdown,
    telemetry,
};

/// Costs less than glibc's; see the workspace's `Cargo.toml`.
#[global_allocator]
static GLOBAL: MiMalloc = MiMalloc;

/// Keeps the line of each drop: joins, positions, live streams.
///
/// Settings are in config/default.toml; each can be set as SLUICE_SECTION__KEY.
#[derive(Parser)]
#[command(version)]
struct Arguments {}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    Arguments::parse();
    let settings = Settings::load()?;
    settings.ensure_fit(Program::Admission)?;
    telemetry::start_log(&settings.telemetry)?;
    admission::run(settings, Shutdown::default()).await
}
