//! Benchmarks of single parts against the least that could do the same job: baseline and subject
//! take turns in one run, so that what is compared is the code and not the hour.
//!
//! | module | subject | baseline |
//! |---|---|---|
//! | `hotrow` | the order batch's transaction | four round trips per order, eight clients |
//! | `settle` | captures settled in batches | one transaction per capture, eight clients |
//! | `position` | the room replica's rank | pipelined `ZRANK` |
//! | `join_http` | admission's join | an axum echo of the same JSON |
//! | `fanout` | hub, outlet and WebSocket | a raw `write()` of a ready-made frame |
//! | `spike` | a whole sale through all services | none: rates, costs and waits with targets |
//! | `pipeline` | the same sale | its slowest stage alone: joins, orders or captures |
//! | `measure`, `machine` | samples, spread, CPU; where it ran | |
//! | `target`, `report` | what has to be reached; the table and the JSON | |
//! | `process`, `http`, `postgres` | processes whose CPU is compared; a client that costs little; databases | |
//! | `cli`, `options` | what can be asked for | |
//!
//! Servers are private ones on free ports. Processes whose CPU is compared run separately.

#![expect(clippy::print_stdout, reason = "a command that answers on stdout")]

mod cli;
mod fanout;
mod hotrow;
mod http;
mod join_http;
mod machine;
mod measure;
mod options;
mod pipeline;
mod position;
mod postgres;
mod process;
mod report;
mod settle;
mod spike;
mod target;

use clap::Parser as _;
use cli::{BenchCli, Command};

/// Runs the command of the process.
///
/// # Errors
///
/// Returns what kept a benchmark from running.
pub async fn run() -> anyhow::Result<()> {
    let BenchCli { command, options } = BenchCli::parse();
    process::raise_file_limit()?;
    let report = match command {
        Command::Hotrow => hotrow::run(&options).await?,
        Command::Settle => settle::run(&options).await?,
        Command::Position => position::run(&options).await?,
        Command::JoinHttp => join_http::run(&options).await?,
        Command::Fanout => fanout::run(&options).await?,
        Command::Spike(size) => spike::run(&options, &size).await?,
        Command::Pipeline(size) => pipeline::run(&options, &size).await?,
        Command::ServeEcho { port } => return join_http::echo::serve(port).await,
        Command::ServeAdmission { port } => return join_http::serve_admission(port).await,
        Command::ServeFrames(frames) => return fanout::serve(frames).await,
    };
    println!("{}", report.table());
    if let Some(path) = &options.out {
        report.write(path)?;
        println!("written to {}", path.display());
    }
    Ok(())
}
