//! The tests on a private stack of their own.

use std::{
    path::Path,
    process::{ExitCode, ExitStatus},
    sync::Arc,
};

use anyhow::Context;
use mutants::{BuildCopy, WorkerVariant};
use stack::{Env, Fleet, FleetPorts, Secrets, Stack, paths};
use tokio::process::Command;

use crate::{
    cli::TestArgs,
    console::Console,
    servers, services,
    settings::{Settings, sluice_dir},
    signals::Signals,
    supervise::Running,
};

/// Starts a stack on free ports, runs the tests with its addresses, and stops it.
pub(crate) async fn test(args: TestArgs) -> anyhow::Result<ExitCode> {
    // A folder of its own, since a background stack for single tests may run at the same time.
    let dir = sluice_dir(None)?.join("test").join(format!("run-{}", std::process::id()));
    let settings = Settings::load(Some(dir.clone()), true)?;
    let mut signals = Signals::listen()?;
    let console = Arc::new(Console::new());
    let running = Running::default();
    let work = async {
        let stack = servers::start(&console, &settings, &running.stack).await?;
        let fleet = settings.fleet(&stack, &Secrets::generate()?);
        servers::prepare_data(&console, &stack, &fleet).await?;
        run_all(&console, &running, &stack, &args).await
    };
    let outcome = tokio::select! {
        outcome = work => outcome,
        () = signals.next() => Ok(false),
    };
    running.stop(&console, &mut signals).await;
    let passed = outcome?;
    if passed {
        let _ = std::fs::remove_dir_all(&dir);
    } else {
        console.line(&format!("the logs are in {}", dir.join("logs").display()));
    }
    let word = if passed { "passed" } else { "FAILED" };
    console.line(&format!("tests {word} after {:.0} s", console.elapsed().as_secs_f32()));
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Continues after a failure, so that one run shows all of them.
async fn run_all(
    console: &Console,
    running: &Running,
    stack: &Stack,
    args: &TestArgs,
) -> anyhow::Result<bool> {
    let root = paths::workspace_root();
    let env = stack.endpoints().env();
    let mut passed = true;
    if !args.only_browser {
        passed &= run(
            console,
            "build the services",
            cargo(&["build", "--workspace", "--bins"], &root, &env),
        )
        .await?;
        if args.crash {
            build_mutants(console, &root).await?;
        }
        let words: Vec<&str> = ["test"].into_iter().chain(test_words(args)).collect();
        passed &= run(console, "cargo test", cargo(&words, &root, &env)).await?;
    }
    if !args.no_browser && !args.crash {
        passed &= run_in_browser(console, running, stack).await?;
    }
    Ok(passed)
}

/// Builds every worker that the crash suite runs. When a single trial is asked for, the suite
/// builds the few that it needs.
async fn build_mutants(console: &Console, root: &Path) -> anyhow::Result<()> {
    mutants::check_all(root)?;
    #[expect(clippy::disallowed_methods, reason = "chooses a test, no setting")]
    let is_set = |name| std::env::var_os(name).is_some();
    if is_set("SLUICE_E2E_MUTANT") || is_set("SLUICE_E2E_GAP") {
        return Ok(());
    }
    let build_copy = BuildCopy::of_workspace()?;
    for variant in WorkerVariant::all() {
        console.step(&format!("worker: {variant}"), build_copy.worker(variant)).await?;
    }
    Ok(())
}

/// Starts the services on free ports for the browser, with a demo seller's and operator's keys.
async fn run_in_browser(
    console: &Console,
    running: &Running,
    stack: &Stack,
) -> anyhow::Result<bool> {
    let (secrets, ports) = (Secrets::generate()?, FleetPorts::free()?);
    let fleet = Fleet::new(stack.dir(), ports, &stack.endpoints(), &secrets, Env::new());
    let seed = services::start(console, running, &fleet).await?;
    let mut command = Command::new(paths::workspace_root().join("lab/e2e/browser/run"));
    command
        .env("SLUICE_STOREFRONT__PUBLIC_URL", fleet.storefront_url())
        .env("SLUICE_ADMISSION__PUBLIC_URL", fleet.admission_url())
        .env("SLUICE_SELLER_KEY", seed.seller_key)
        .env("SLUICE_OPERATOR_KEY", seed.operator_key)
        .kill_on_drop(true);
    run(console, "browser tests", command).await
}

fn test_words(args: &TestArgs) -> Vec<&str> {
    if args.crash {
        // Of the whole workspace: with fewer crates, dependencies would have other features and be
        // built again.
        let only = ["--features", "e2e/crash", "--test", "crash", "--", "--nocapture"];
        return ["--workspace", "--no-fail-fast"].into_iter().chain(only).collect();
    }
    if args.cargo_args.is_empty() {
        return vec!["--workspace", "--no-fail-fast"];
    }
    args.cargo_args.iter().map(String::as_str).collect()
}

fn cargo(words: &[&str], root: &Path, env: &Env) -> Command {
    let mut command = Command::new("cargo");
    command.args(words).current_dir(root).envs(env).kill_on_drop(true);
    command
}

/// Runs a command on our own terminal, where it shows its own progress.
async fn run(console: &Console, name: &str, mut command: Command) -> anyhow::Result<bool> {
    console.line(&format!("  .... {name}"));
    let started = std::time::Instant::now();
    let status: ExitStatus = command
        .stdin(std::process::Stdio::null())
        .status()
        .await
        .with_context(|| format!("cannot run {name}"))?;
    let mark = if status.success() { "ok  " } else { "FAIL" };
    console.line(&format!("  {mark} {name:<44} {:>6.1} s", started.elapsed().as_secs_f32()));
    Ok(status.success())
}
