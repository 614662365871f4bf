//! `crowd`: sends a crowd through a drop, or those that operators ask for; judges a run, or compares two.

#![expect(clippy::print_stdout, reason = "a report is what this command is for")]

use std::process::ExitCode;

use check::CheckOptions;
use clap::{Parser, Subcommand};
use crowd::{AgentOptions, CompareOptions, RunOptions, RunReport};
use tracing_subscriber::EnvFilter;

/// Load-test Sluice with a crowd of shoppers, count what it costs, and check its promises.
#[derive(Debug, Parser)]
#[command(name = "crowd", version, about)]
struct Cli {
    /// Log filter for stderr, in the syntax of `RUST_LOG`.
    #[arg(long, env = "SLUICE_CROWD__LOG", default_value = "warn", global = true)]
    log: String,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Send a crowd of shoppers through a drop; report what they met and what the stack used.
    Run(Box<RunOptions>),
    /// List the crowds that have a name: what each does, and the options that it fills in.
    Presets,
    /// Judge a run by its history, the database, the topics and the payment provider's ledger.
    Check(Box<CheckOptions>),
    /// Show the reports of two runs side by side: each figure, both values and their ratio.
    Compare(CompareOptions),
    /// Send the crowds that operators ask for in their console, through drops that are made for them.
    Agent(Box<AgentOptions>),
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> anyhow::Result<ExitCode> {
    let cli = Cli::parse();
    let filter = EnvFilter::try_new(&cli.log)?;
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match cli.command {
        Command::Run(options) => {
            let json = options.json;
            let reports = crowd::run_all(&options).await?;
            println!("{}", if json { as_json(&reports)? } else { as_text(&reports) });
            let is_over = reports.iter().all(|report| report.gave_up == 0);
            Ok(if is_over { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Command::Presets => {
            println!("{}", crowd::presets());
            Ok(ExitCode::SUCCESS)
        }
        Command::Check(options) => {
            let json = options.json;
            let report = check::check(*options).await?;
            println!("{}", if json { serde_json::to_string(&report)? } else { report.to_string() });
            Ok(if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Command::Compare(options) => {
            let json = options.json;
            let found = crowd::compare(&options)?;
            println!("{}", if json { serde_json::to_string(&found)? } else { found.to_string() });
            Ok(ExitCode::SUCCESS)
        }
        Command::Agent(options) => {
            crowd::run_agent(&options).await?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// One report as it is, for `crowd compare`; several in a list.
fn as_json(reports: &[RunReport]) -> serde_json::Result<String> {
    match reports {
        [report] => serde_json::to_string(report),
        several => serde_json::to_string(several),
    }
}

fn as_text(reports: &[RunReport]) -> String {
    reports.iter().map(RunReport::to_string).collect::<Vec<_>>().join("\n\n")
}
