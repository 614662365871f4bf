//! Starts the admission service.

use clap::Parser;
use shared::{config::Settings, shutdown::Shutdown, telemetry};

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
    telemetry::start_log(&settings.telemetry)?;
    admission::run(settings, Shutdown::default()).await
}
