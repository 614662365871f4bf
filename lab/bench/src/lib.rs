//! Benchmarks of single parts against the least that could do the same job: baseline and subject
//! take turns in one run, so that what is compared is the code and not the hour.
//!
//! | module | subject | baseline |
//! |---|---|---|
//! | `hotrow` | the order batch's transaction | four round trips per order, eight clients |
//! | `settle` | captures settled in batches | one transaction per capture, eight clients |
//! | `position` | the room replica's rank, in a line that moves | pipelined `ZRANK` |
//! | `redis_join` | Redis per join, by size of batch | the least join, one EVALSHA at a time |
//! | `line_memory` | Redis per waiter, all keys | a bare sorted set |
//! | `join_http` | admission's join | an axum echo of the same JSON |
//! | `polling` | joins and polled positions at 50 connections | none in the run: a peer's figures from elsewhere |
//! | `fanout` | hub, outlet and WebSocket | a raw `write()` of a ready-made frame |
//! | `commands` | order commands sent in batches | one awaited command at a time |
//! | `million` | a line of a million, and its loss | a line of ten thousand |
//! | `rooms` | a thousand rooms lost at once | none: seconds with a target |
//! | `idle` | a thousand open drops, two workers | none: rates and shares with targets |
//! | `turn` | from the admission to the browser | none: a wait with a target |
//! | `overload` | ten times the rated joins, and floods | the rated load; a core that is busy |
//! | `spike` | a whole sale through all services | none: rates, costs and waits with targets |
//! | `pipeline` | the same sale | its slowest stage alone: joins, orders or captures |
//! | `all` | every one of them | what was recorded, with slack |
//!
//! | module | holds |
//! |---|---|
//! | `measure`, `latency`, `machine` | samples, spread, CPU; single calls; where it ran |
//! | `target`, `report` | what has to be reached; the table and the JSON |
//! | `process`, `http` | processes whose CPU is compared; a client that costs little |
//! | `redis`, `postgres` | private servers, and what they use |
//! | `line` | a line in Redis without services around it |
//! | `installation`, `sale_drops` | everything that sells; its drops |
//! | `cli`, `options` | what can be asked for |
//!
//! Servers are private ones on free ports. Processes whose CPU is compared run separately.

#![expect(clippy::print_stdout, reason = "a command that answers on stdout")]

mod all;
mod cli;
mod commands;
mod fanout;
mod hotrow;
mod http;
mod idle;
mod installation;
mod join_http;
mod latency;
mod line;
mod line_memory;
mod machine;
mod measure;
mod million;
mod options;
mod overload;
mod pipeline;
mod polling;
mod position;
mod postgres;
mod process;
mod redis;
mod redis_join;
mod report;
mod rooms;
mod sale_drops;
mod settle;
mod spike;
mod target;
mod turn;

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
        Command::RedisJoin => redis_join::run(&options).await?,
        Command::LineMemory => line_memory::run(&options).await?,
        Command::Million => million::run(&options).await?,
        Command::Rooms => rooms::run(&options).await?,
        Command::Idle => idle::run(&options).await?,
        Command::Commands => commands::run(&options).await?,
        Command::Polling => polling::run(&options).await?,
        Command::Turn => turn::run(&options).await?,
        Command::Overload => overload::run(&options).await?,
        Command::Spike(size) => spike::run(&options, &size).await?,
        Command::Pipeline(size) => pipeline::run(&options, &size).await?,
        Command::All { check } => return all::run(&options, check).await,
        Command::ServeEcho { port } => return join_http::echo::serve(port).await,
        Command::ServeAdmission { port } => return join_http::serve_admission(port).await,
        Command::ServeFrames(frames) => return fanout::serve(frames).await,
        Command::KeepBusy(order) => return overload::busy_core::keep_busy(order).await,
    };
    println!("{}", report.table());
    if let Some(path) = &options.out {
        report.write(path)?;
        println!("written to {}", path.display());
    }
    Ok(())
}
