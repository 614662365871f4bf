//! From a command to what it does.

use std::process::ExitCode;

use stack::paths;

use crate::{
    cli::{Command, StackAction},
    house, queries,
    settings::Settings,
    stack_command, test_command, up,
};

/// Runs the command that was asked for.
pub(crate) async fn dispatch(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Up => up::up(Settings::load(None, false)?).await,
        Command::Test(args) => test_command::test(args).await,
        Command::House => house::check(&paths::workspace_root()),
        Command::Queries(args) => queries::queries(args).await,
        Command::Stack { action } => match action {
            StackAction::Start(args) => stack_command::start(args),
            StackAction::Run(args) => stack_command::run(args).await,
            StackAction::Stop(args) => stack_command::stop(args.dir).await,
            StackAction::Status(args) => stack_command::status(args.dir),
            StackAction::Logs(args) => stack_command::logs(args),
            StackAction::Wipe(args) => stack_command::wipe(args.dir).await,
        },
    }
}
