//! The commands and their flags.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Brings Sluice up, holds its servers, runs its tests.
///
/// Settings are `SLUICE_SECTION__KEY` (config/default.toml). For the servers' own places:
/// SLUICE_STACK_DIR, SLUICE_STACK_REDIS_PORT, SLUICE_STACK_POSTGRES_PORT,
/// SLUICE_STACK_KAFKA_PORT, SLUICE_STACK_KAFKA_CONTROLLER_PORT. Servers that run already are
/// used instead of private ones when SLUICE_REDIS__URL, SLUICE_DATABASE__URL or
/// SLUICE_KAFKA__BROKERS is set.
#[derive(Debug, Parser)]
#[command(name = "xtask", version)]
pub enum Command {
    /// Starts everything and prints where it is; Ctrl-C stops it in order.
    Up,
    /// The servers alone: Redis, Postgres, Kafka.
    Stack {
        /// What to do with them.
        #[command(subcommand)]
        action: StackAction,
    },
    /// Runs the tests on a private stack of their own.
    Test(TestArgs),
}

/// What to do with the servers.
#[derive(Debug, Subcommand)]
pub enum StackAction {
    /// Starts them in the background and prints their addresses.
    Start(StackArgs),
    /// Starts them in the foreground.
    Run(StackArgs),
    /// Stops those in the background, or an `up`.
    Stop(DirArgs),
    /// Tells what runs where.
    Status(DirArgs),
    /// Shows the end of the logs.
    Logs(LogArgs),
    /// Stops everything and deletes all data; jars and secrets stay.
    Wipe(DirArgs),
}

/// Which folder.
#[derive(Debug, Args)]
pub struct DirArgs {
    /// Data and logs; `.sluice` in the workspace unless SLUICE_STACK_DIR is set.
    #[arg(long, env = "SLUICE_STACK_DIR")]
    pub dir: Option<PathBuf>,
}

/// How to start the servers.
#[derive(Debug, Args)]
pub struct StackArgs {
    /// Data and logs; `.sluice` in the workspace unless SLUICE_STACK_DIR is set.
    #[arg(long, env = "SLUICE_STACK_DIR")]
    pub dir: Option<PathBuf>,
    /// Takes any free ports instead of the standard ones.
    #[arg(long)]
    pub free_ports: bool,
    /// Brings neither schema nor topics: tests make their own.
    #[arg(long)]
    pub servers_only: bool,
    /// Stops by itself when no test process has claimed it for so many seconds.
    #[arg(long, value_name = "SECONDS")]
    pub idle_stop: Option<u64>,
}

/// Which logs.
#[derive(Debug, Args)]
pub struct LogArgs {
    /// Data and logs; `.sluice` in the workspace unless SLUICE_STACK_DIR is set.
    #[arg(long, env = "SLUICE_STACK_DIR")]
    pub dir: Option<PathBuf>,
    /// redis, postgres, kafka, worker, ...; all of them if none is named.
    pub names: Vec<String>,
    /// Goes on as they grow.
    #[arg(short, long)]
    pub follow: bool,
    /// How many lines of each.
    #[arg(short = 'n', long, default_value_t = 40)]
    pub lines: u32,
}

/// What to test.
#[derive(Debug, Args)]
pub struct TestArgs {
    /// Leaves out the tests in the browser.
    #[arg(long)]
    pub no_browser: bool,
    /// Runs the tests in the browser only.
    #[arg(long, conflicts_with = "no_browser")]
    pub only_browser: bool,
    /// Runs the longer crash tests instead: mutants, and a kill in every gap of the worker.
    #[arg(long, conflicts_with_all = ["only_browser", "cargo_args"])]
    pub crash: bool,
    /// Handed to `cargo test`; the whole workspace if nothing is given.
    #[arg(last = true)]
    pub cargo_args: Vec<String>,
}
