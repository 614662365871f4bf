//! The commands of the workspace; `scripts/` calls them.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    xtask::run(xtask::Command::parse())
}
