//! The `sluice` command: what an installation needs besides its services.
//!
//! Settings are those of the services (`config/default.toml`, `SLUICE_SECTION__KEY`). Results go to
//! stdout as JSON, the log goes to stderr.

mod codes;
mod console;
mod count_in;
mod demo;
mod demo_seller;
mod failure_policy;
mod join_keys;
mod keys;
mod lanes;
mod limits;
mod links;
mod load_runs;
mod migrate;
mod modes;
mod passes;
mod protect;
mod quotas;
mod seed;
mod seed_state;
mod sessions;
mod sites;
mod themes;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use codes::CodesCommand;
use count_in::CountInArguments;
use demo::DemoArguments;
use failure_policy::FailurePolicyArguments;
use join_keys::JoinKeyCommand;
use keys::KeyCommand;
use lanes::LanesArguments;
use limits::LimitsCommand;
use links::{LinkCommand, SignOutArguments};
use load_runs::LoadRunsCommand;
use modes::ModeCommand;
use passes::PassCommand;
use protect::ProtectArguments;
use quotas::QuotaArguments;
use seed::SeedArguments;
use serde_json::Value;
use sessions::EndSessionsArguments;
use shared::{
    config::{Program, Settings},
    telemetry,
};
use std::io;
use themes::ThemeArguments;

/// Manages a Sluice installation.
#[derive(Parser)]
#[command(name = "sluice", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Brings the database schema up to date.
    Migrate,
    /// Creates a demo seller, keys and a drop, and prints them as one JSON object.
    Seed(SeedArguments),
    /// Fills a shop with products, pictures and drops to look around in, and prints links into it.
    Demo(DemoArguments),
    /// Makes, lists and revokes API keys.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Says what a drop may do: admit, take joins, both or neither; or calls it off.
    #[command(subcommand, name = "drop")]
    Mode(ModeCommand),
    /// Shows how fast a drop goes, changes that, now or as planned, and takes it back.
    #[command(subcommand)]
    Limits(LimitsCommand),
    /// Makes a link into a console, good once and for ten minutes.
    #[command(subcommand)]
    Link(LinkCommand),
    /// Ends the sessions of somebody's console, and voids their links.
    SignOut(SignOutArguments),
    /// Prints a seller's quota of drops, or changes it.
    Quota(QuotaArguments),
    /// Prints the lanes of a drop, or sets them.
    Lanes(LanesArguments),
    /// Makes, lists and revokes codes that open a lane of a drop.
    #[command(subcommand)]
    Codes(CodesCommand),
    /// Stores, lists and revokes keys with which a seller's site signs who its members are.
    #[command(subcommand)]
    JoinKey(JoinKeyCommand),
    /// Prints how the pages of a seller's drops look, or changes that.
    Theme(ThemeArguments),
    /// Ends the sessions of a shopper.
    EndSessions(EndSessionsArguments),
    /// Puts a line before a site, with a rate and a number of people inside at most.
    Protect(ProtectArguments),
    /// Prints what the gate of a site does while its line gives no answer, or sets it.
    FailurePolicy(FailurePolicyArguments),
    /// Counts people in, where that is done by hand; takes some back, or begins anew.
    CountIn(CountInArguments),
    /// Asks for crowds of the load lab, shows what came of them, and calls them off.
    #[command(subcommand)]
    LoadRuns(LoadRunsCommand),
    /// Ends passes to a protected site.
    #[command(subcommand)]
    Pass(PassCommand),
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let command = Arguments::parse().command;
    let settings = Settings::load()?;
    settings.ensure_fit(Program::Console)?;
    telemetry::start_log(&settings.telemetry).context("invalid telemetry.log")?;
    match command {
        Command::Migrate => migrate::run(&settings).await,
        Command::Seed(arguments) => print(&seed::run(&settings, &arguments).await?),
        Command::Demo(arguments) => print(&demo::run(&settings, &arguments).await?),
        Command::Key(command) => print(&keys::run(&settings, &command).await?),
        Command::Mode(command) => print(&modes::run(&settings, &command).await?),
        Command::Limits(command) => print(&limits::run(&settings, &command).await?),
        Command::Link(command) => print(&links::make(&settings, &command).await?),
        Command::SignOut(arguments) => print(&links::sign_out(&settings, &arguments).await?),
        Command::Quota(arguments) => print(&quotas::run(&settings, &arguments).await?),
        Command::Lanes(arguments) => print(&lanes::run(&settings, &arguments).await?),
        Command::Codes(command) => print(&codes::run(&settings, &command).await?),
        Command::JoinKey(command) => print(&join_keys::run(&settings, &command).await?),
        Command::Theme(arguments) => print(&themes::run(&settings, &arguments).await?),
        Command::EndSessions(arguments) => print(&sessions::end(&settings, &arguments).await?),
        Command::Protect(arguments) => print(&protect::run(&settings, &arguments).await?),
        Command::FailurePolicy(arguments) => {
            print(&failure_policy::run(&settings, &arguments).await?)
        }
        Command::CountIn(arguments) => print(&count_in::run(&settings, &arguments).await?),
        Command::LoadRuns(command) => print(&load_runs::run(&settings, &command).await?),
        Command::Pass(command) => print(&passes::run(&settings, &command).await?),
    }
}

/// Prints a result. A reader that has seen enough (`| head`) is not an error.
fn print(result: &Value) -> anyhow::Result<()> {
    use io::Write as _;
    match writeln!(io::stdout(), "{result}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}
