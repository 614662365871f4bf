//! What can be asked for.

use crate::fanout::server::ServeFrames;
use std::path::PathBuf;

/// Compares parts of Sluice with the least that could do the same.
#[derive(Debug, clap::Parser)]
#[command(version, about)]
pub struct Cli {
    /// Which benchmark.
    #[command(subcommand)]
    pub command: Command,
    /// How.
    #[command(flatten)]
    pub options: Options,
}

/// How a benchmark is run.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Short rounds: a look, not a figure to keep.
    #[arg(long, global = true)]
    pub quick: bool,
    /// Where the JSON goes.
    #[arg(long, global = true)]
    pub out: Option<PathBuf>,
    /// Rounds of baseline and subject.
    #[arg(long, global = true)]
    pub rounds: Option<usize>,
}

impl Options {
    /// How many rounds.
    #[must_use]
    pub fn rounds(&self) -> usize {
        self.rounds.unwrap_or(if self.quick { 3 } else { 7 }).max(1)
    }

    /// `quick` in a quick run, else `full`.
    #[must_use]
    pub const fn pick<T: Copy>(&self, quick: T, full: T) -> T {
        if self.quick { quick } else { full }
    }
}

/// The benchmarks.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Orders on one stock row.
    Hotrow,
    /// Places of a million people.
    Position,
    /// Joins over HTTP.
    JoinHttp,
    /// Position updates over WebSocket.
    Fanout,
    /// A process of `join-http`.
    #[command(hide = true)]
    ServeEcho {
        /// Where to listen.
        port: u16,
    },
    /// A process of `join-http`.
    #[command(hide = true)]
    ServeAdmission {
        /// Where to listen.
        port: u16,
    },
    /// A process of `fanout`.
    #[command(hide = true)]
    ServeFrames(ServeFrames),
}
