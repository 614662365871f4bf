//! What can be asked for.

use crate::{fanout::frames::ServeFrames, options::Options};

/// Compares parts of Sluice with the least that could do the same job.
#[derive(Debug, clap::Parser)]
#[command(version, about)]
pub(crate) struct BenchCli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) options: Options,
}

/// The benchmarks, and the servers that they start as processes of their own.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Orders on one stock row.
    Hotrow,
    /// Captures that are settled on one drop.
    Settle,
    /// Positions of a million people.
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
