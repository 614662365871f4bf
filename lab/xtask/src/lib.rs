//! Commands of the workspace: bring everything up, run the servers alone, run the tests.
//!
//! | module | holds |
//! |---|---|
//! | [`cli`], `dispatch` | the commands, their flags, what runs them |
//! | `settings` | folders and ports from the environment |
//! | `up`, `table` | servers, schema, topics, seed, services; table of addresses |
//! | `servers` | the servers with schema and topics, each step shown |
//! | `services` | our services, seeded and started |
//! | `supervise` | what ends by itself is restarted; everything is stopped in order |
//! | `stack_command` | `stack start`, `run`, `stop`, `status`, `logs`, `wipe` |
//! | `test_command` | the tests, in suites with budgets, on a stack of their own |
//! | `queries` | what Postgres says of the queries that are checked at compile time |
//! | `house` | checks of what the compiler does not see |
//! | `console`, `signals` | step lines with timings; first and second Ctrl-C |

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for people at a terminal"
)]

pub mod cli;

mod console;
mod dispatch;
mod house;
mod queries;
mod servers;
mod services;
mod settings;
mod signals;
mod stack_command;
mod supervise;
mod table;
mod test_command;
mod up;

use std::{process::ExitCode, time::Duration};

pub use cli::Command;

/// Runs a command to its end.
pub fn run(command: Command) -> ExitCode {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing::Level::INFO)
        .with_target(false)
        .without_time()
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .compact()
        .init();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: no runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(dispatch::dispatch(command));
    // A download that was interrupted must not keep us.
    runtime.shutdown_timeout(Duration::from_millis(200));
    outcome.unwrap_or_else(|error| {
        eprintln!("\nerror: {error:#}");
        ExitCode::FAILURE
    })
}
