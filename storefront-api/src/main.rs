//! The storefront's process: serves, or does one of the chores around it.

#![expect(clippy::print_stdout, reason = "what a command answers goes to stdout")]

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use shared::{config::Settings, shutdown::Shutdown, telemetry};
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
        println!("{}", storefront_api::openapi::document().to_pretty_json()?);
        return Ok(());
    }
    let settings = Settings::load()?;
    telemetry::start_log(&settings.telemetry).context("telemetry.log cannot be read")?;
    match command {
        Command::Serve => storefront_api::run(settings, Shutdown::default()).await,
        Command::Migrate => storefront_api::commands::migrate(&settings).await,
        Command::Seed(arguments) => {
            println!("{}", seed::run(&settings, &arguments).await?);
            Ok(())
        }
        Command::Key(arguments) => {
            println!("{}", key::run(&settings, &arguments).await?);
            Ok(())
        }
        Command::Openapi => Ok(()),
    }
}
