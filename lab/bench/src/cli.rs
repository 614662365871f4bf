//! What can be asked for.

use crate::{
    fanout::frames::ServeFrames, options::Options, overload::busy_core::BusyOrder, spike::SaleSize,
};

/// Compares parts of Sluice with the least that could do the same job, and measures a whole sale.
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
    /// What a join costs Redis, by the size of the batch.
    RedisJoin,
    /// Memory of Redis per waiting shopper.
    LineMemory,
    /// A line of a million: joins, admissions, memory, a snapshot, and its loss.
    Million,
    /// A thousand rooms lost at once.
    Rooms,
    /// A thousand open drops where nothing happens.
    Idle,
    /// Order commands on their way to Kafka.
    Commands,
    /// Joins and polled positions over HTTP, at 50 connections.
    Polling,
    /// From the admission to the frame that says so.
    Turn,
    /// Ten times the joins that are rated, and floods beside ordinary joins.
    Overload,
    /// Position updates over WebSocket.
    Fanout,
    /// A whole sale at full speed: orders per second, and what each costs.
    Spike(SaleSize),
    /// A whole sale against its slowest stage alone.
    Pipeline(SaleSize),
    /// All of them, one after the other.
    All {
        /// Fail if a row is worse than `lab/bench/allowed.toml` allows.
        #[arg(long)]
        check: bool,
    },
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
    /// A process of `overload`.
    #[command(hide = true)]
    KeepBusy(BusyOrder),
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    #[test]
    fn runs_of_a_sale_are_rounds_under_another_name() {
        let sales = |words: &[&str]| BenchCli::try_parse_from(words).map(|cli| cli.options.sales());
        assert_eq!(sales(&["bench", "spike"]).unwrap(), 3);
        assert_eq!(sales(&["bench", "pipeline", "--quick"]).unwrap(), 1);
        assert_eq!(sales(&["bench", "spike", "--units", "10", "--runs", "5"]).unwrap(), 5);
        assert_eq!(sales(&["bench", "spike", "--rounds", "5"]).unwrap(), 5);
    }
}
