//! The `storefront-api` program.

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use mimalloc::MiMalloc;
use shared::{
    config::{Program, Settings},
    shutdown::Shutdown,
    telemetry,
};
use std::io;

/// Costs less than glibc's; see the workspace's `Cargo.toml`.
#[global_allocator]
static GLOBAL: MiMalloc = MiMalloc;

/// Shows drops and orders to shoppers, and lets sellers and operators run them.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serves the API and the pages; the default.
    Serve,
    /// Prints the OpenAPI document.
    Openapi,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Arguments::parse().command.unwrap_or(Command::Serve) {
        Command::Openapi => print(&storefront_api::openapi::document().to_pretty_json()?),
        Command::Serve => serve().await,
    }
}

async fn serve() -> anyhow::Result<()> {
    let settings = Settings::load()?;
    settings.ensure_fit(Program::Storefront)?;
    telemetry::start_log(&settings.telemetry).context("invalid telemetry.log")?;
    storefront_api::run(settings, Shutdown::default()).await
}

/// Prints a document. A reader that has seen enough (`| head`) is not an error.
fn print(document: &str) -> anyhow::Result<()> {
    use io::Write as _;
    match writeln!(io::stdout(), "{document}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}
