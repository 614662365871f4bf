//! The worker's process: reads the settings and runs its roles until it is told to stop.

use anyhow::Context as _;
use clap::Parser;
use mimalloc::MiMalloc;
use shared::{
    config::{Program, Settings},
    telemetry,
};
use worker::Roles;

/// Costs less than glibc's; see the workspace's `Cargo.toml`.
#[global_allocator]
static GLOBAL: MiMalloc = MiMalloc;

/// Moves tickets from the line to a paid order.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    /// Roles to run, comma separated, or `all`; without it SLUICE_WORKER__ROLES.
    #[arg(long)]
    roles: Option<Roles>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let settings = Settings::load()?;
    settings.ensure_fit(Program::Worker)?;
    telemetry::start_log(&settings.telemetry).context("telemetry.log cannot be read")?;
    let roles = match arguments.roles {
        Some(roles) => roles,
        None => settings.worker.roles.parse().context("worker.roles cannot be read")?,
    };
    worker::run(settings, roles).await
}
