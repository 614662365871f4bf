//! The tests on a private stack of their own.

use std::{
    path::Path,
    process::{ExitCode, ExitStatus},
    sync::Arc,
};

use anyhow::Context;
use stack::{Fleet, FleetPorts, Secrets, Stack, fleet::Env, paths};
use tokio::process::Command;

use crate::{
    cli::TestArgs,
    console::Console,
    servers, services,
    settings::{Settings, sluice_dir},
    signals::Signals,
    supervise::Running,
};

/// Starts a stack on free ports, runs the tests with its addresses, stops it.
pub(crate) async fn test(args: TestArgs) -> anyhow::Result<ExitCode> {
    // A folder of its own: `stack start` for single tests and this may run side by side.
    let dir = sluice_dir(None)?.join("test").join(format!("run-{}", std::process::id()));
    let mut settings = Settings::load(Some(dir.clone()), true)?;
    settings.options.dir = dir.clone();
    let mut signals = Signals::listen()?;
    let console = Arc::new(Console::new());
    let running = Running::default();
    let work = async {
        let stack = servers::start(&console, &settings, &running.stack).await?;
        let secrets = Secrets::generate()?;
        servers::prepare_data(&console, &stack, &secrets, &settings.given).await?;
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
        console.line(&format!("logs are kept in {}", dir.join("logs").display()));
    }
    let word = if passed { "passed" } else { "FAILED" };
    console.line(&format!("tests {word} after {:.0} s", console.elapsed().as_secs_f32()));
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Goes on after a failure, so that one run shows all of them.
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
        if args.crash {
            passed &= build_mutants(console, &root, &env).await?;
        }
        passed &= run(
            console,
            "build of the services",
            cargo(&["build", "--workspace", "--bins"], &root, &env),
        )
        .await?;
        let words: Vec<&str> = ["test"].into_iter().chain(test_words(args)).collect();
        passed &= run(console, "cargo test", cargo(&words, &root, &env)).await?;
    }
    if !args.no_browser && !args.crash {
        passed &= run_in_browser(console, running, stack).await?;
    }
    Ok(passed)
}

/// Builds the worker with its wrong variants and its pauses, and puts it beside the right one. The same crates as in the other build, so that dependencies are built once.
async fn build_mutants(console: &Console, root: &Path, env: &Env) -> anyhow::Result<bool> {
    let words =
        ["build", "--workspace", "--bins", "--features", "worker/mutants,worker/pausepoints"];
    let built = run(console, "build of the mutants", cargo(&words, root, env)).await?;
    let worker = paths::built_binary("worker")?;
    let dir = worker.with_file_name("mutants");
    std::fs::create_dir_all(&dir)?;
    std::fs::copy(&worker, dir.join("worker")).context("cannot keep the worker of mutants")?;
    Ok(built)
}

/// Starts the services on free ports for the browser, with a demo seller's and operator's keys.
async fn run_in_browser(
    console: &Console,
    running: &Running,
    stack: &Stack,
) -> anyhow::Result<bool> {
    let (secrets, ports) = (Secrets::generate()?, FleetPorts::free()?);
    let fleet = Fleet::new(stack.dir(), ports, &stack.endpoints(), &secrets, Env::new());
    let seeded = services::start(console, running, &fleet).await?;
    let key = |name| seeded.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
    let mut command = Command::new(paths::workspace_root().join("lab/e2e/browser/run"));
    command
        .env("SLUICE_STOREFRONT__PUBLIC_URL", fleet.storefront_url())
        .env("SLUICE_ADMISSION__PUBLIC_URL", fleet.admission_url())
        .env("SLUICE_SELLER_KEY", key("seller_key"))
        .env("SLUICE_OPERATOR_KEY", key("operator_key"))
        .kill_on_drop(true);
    run(console, "browser tests", command).await
}

fn test_words(args: &TestArgs) -> Vec<&str> {
    if args.crash {
        // Of the whole workspace, or other features of the dependencies would build them anew.
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

/// Runs a command on our own terminal; it brings its own progress.
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
