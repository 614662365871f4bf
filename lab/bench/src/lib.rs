//! Benchmarks of single parts against the least that could do the same: baseline and subject
//! interleaved in one run, so that what is compared is the code and not the hour.
//!
//! | module | subject | baseline |
//! |---|---|---|
//! | [`hotrow`] | the order batch's transaction | four round trips per order, eight clients |
//! | [`position`] | the room replica's rank | pipelined `ZRANK` |
//! | [`join_http`] | admission's join | an axum echo of the same JSON |
//! | [`fanout`] | hub, outlet and WebSocket | a raw `write()` of a ready frame |
//! | [`measure`], [`machine`], [`report`] | samples, spread, CPU; where it ran; the JSON | |
//!
//! Servers are private ones on free ports. Processes whose CPU is compared run by themselves.

#![expect(clippy::print_stdout, reason = "a command that answers on stdout")]

pub mod cli;
pub mod fanout;
pub mod hotrow;
pub mod http;
pub mod join_http;
pub mod machine;
pub mod measure;
pub mod position;
pub mod process;
pub mod report;

use clap::Parser as _;
use cli::{Cli, Command};

/// Runs the command of the process.
///
/// # Errors
///
/// Returns what kept a benchmark from being run.
pub async fn run() -> anyhow::Result<()> {
    let Cli { command, options } = Cli::parse();
    let report = match command {
        Command::Hotrow => hotrow::run(&options).await?,
        Command::Position => position::run(&options).await?,
        Command::JoinHttp => join_http::run(&options).await?,
        Command::Fanout => fanout::run(&options).await?,
        Command::ServeEcho { port } => return join_http::echo::serve(port).await,
        Command::ServeAdmission { port } => return join_http::serve_admission(port).await,
        Command::ServeFrames(frames) => return fanout::server::serve(frames).await,
    };
    println!("{}", report.table());
    if let Some(path) = &options.out {
        report.write(path)?;
        println!("written to {}", path.display());
    }
    Ok(())
}
