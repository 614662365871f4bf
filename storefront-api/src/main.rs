//! The storefront's process: serves, or does one of the chores around it.

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use shared::{config::Settings, shutdown::Shutdown, telemetry};
use std::{fmt::Display, io};
use storefront_api::commands::{
    key::{self, KeyArguments},
    seed::{self, SeedArguments},
};

/// Shows drops and orders to shoppers, and lets sellers and operators run them.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serves the API and the pages; this is what happens without a command.
    Serve,
    /// Brings the schema of the database up to date.
    Migrate,
    /// Makes a demo seller, keys and a drop, and prints them as one JSON object.
    Seed(SeedArguments),
    /// Makes an API key and prints it, once.
    Key(KeyArguments),
    /// Prints the OpenAPI document.
    Openapi,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let command = Arguments::parse().command.unwrap_or(Command::Serve);
    if let Command::Openapi = command {
        return tell(&storefront_api::openapi::document().to_pretty_json()?);
    }
    let settings = Settings::load()?;
    telemetry::start_log(&settings.telemetry).context("telemetry.log cannot be read")?;
    match command {
        Command::Serve => storefront_api::run(settings, Shutdown::default()).await,
        Command::Migrate => storefront_api::commands::migrate(&settings).await,
        Command::Seed(arguments) => tell(&seed::run(&settings, &arguments).await?),
        Command::Key(arguments) => tell(&key::run(&settings, &arguments).await?),
        Command::Openapi => Ok(()),
    }
}

/// Writes what a command answers to stdout. A reader that has heard enough (`| head`) is no fault.
fn tell(answer: &dyn Display) -> anyhow::Result<()> {
    use io::Write as _;
    match writeln!(io::stdout(), "{answer}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}
