//! `stack start`, `run`, `stop`, `status`, `logs`, `wipe`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use nix::{sys::signal::Signal, unistd::Pid};
use shared::config::KafkaMode;
use stack::{
    Stack,
    background::{self, Claim, StackState},
};
use tokio::time::sleep;

use crate::{
    cli::{LogArgs, StackArgs},
    console::Console,
    servers,
    settings::{Settings, sluice_dir},
    signals::Signals,
    supervise::Running,
};

const STOP_TIMEOUT: Duration = Duration::from_secs(90);
const IDLE_LOOK_EVERY: Duration = Duration::from_secs(1);
/// What `wipe` deletes; jars (`kafka/lib`) and secrets are kept.
const DATA: [&str; 10] = [
    "redis",
    "postgres",
    "postgres.new",
    "kafka/data",
    "kafka/server.properties",
    "services",
    "psp-ledger.jsonl",
    "pictures",
    "demo.json",
    "logs",
];

/// Starts a supervisor in the background unless there is one.
pub(crate) fn start(args: StackArgs) -> anyhow::Result<ExitCode> {
    let dir = sluice_dir(args.dir)?;
    let supervisor = std::env::current_exe().context("cannot find the running program")?;
    let mut flags = Vec::new();
    if args.free_ports {
        flags.push("--free-ports".to_owned());
    }
    if args.servers_only {
        flags.push("--servers-only".to_owned());
    }
    if let Some(seconds) = args.idle_stop {
        flags.push(format!("--idle-stop={seconds}"));
    }
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let state = background::ensure(&dir, &supervisor, &flags)?;
    print_state(&dir, &state);
    Ok(ExitCode::SUCCESS)
}

/// Runs the servers in the foreground.
pub(crate) async fn run(args: StackArgs) -> anyhow::Result<ExitCode> {
    let settings = Settings::load(args.dir, args.free_ports)?;
    let dir = settings.options.dir.clone();
    let mut signals = Signals::listen()?;
    let console = Arc::new(Console::new());
    let running = Running::default();
    let work = async {
        let stack = servers::start(&console, &settings, &running.stack).await?;
        if !args.servers_only {
            let fleet = settings.fleet(&stack, &settings.secrets()?);
            servers::prepare_data(&console, &stack, &fleet).await?;
        }
        let state = state_of(&stack);
        state.write(&dir)?;
        print_state(&dir, &state);
        tokio::select! {
            () = running.keep_up(&console) => Ok(None),
            claim = idle(&dir, args.idle_stop) => Ok(Some(claim)),
        }
    };
    let outcome: anyhow::Result<Option<Claim>> = tokio::select! {
        outcome = work => outcome,
        () = signals.next() => Ok(None),
    };
    StackState::remove(&dir);
    running.stop(&console, &mut signals).await;
    outcome.map(|_| ExitCode::SUCCESS)
}

/// Returns with the folder claimed once no one else has claimed it for this long.
async fn idle(dir: &Path, seconds: Option<u64>) -> Claim {
    let Some(seconds) = seconds else { return std::future::pending().await };
    let mut free_since = Instant::now();
    loop {
        sleep(IDLE_LOOK_EVERY).await;
        match Claim::nobody_else(dir) {
            Some(claim) if free_since.elapsed().as_secs() >= seconds => return claim,
            Some(_) => {}
            None => free_since = Instant::now(),
        }
    }
}

/// Asks the supervisor to stop and waits for it.
pub(crate) async fn stop(dir: Option<PathBuf>) -> anyhow::Result<ExitCode> {
    let dir = sluice_dir(dir)?;
    if stop_supervisor(&dir).await? {
        println!("stopped");
    } else {
        println!("nothing is running in {}", dir.display());
    }
    Ok(ExitCode::SUCCESS)
}

async fn stop_supervisor(dir: &Path) -> anyhow::Result<bool> {
    let Some(pid) = background::supervisor_pid(dir) else { return Ok(false) };
    nix::sys::signal::kill(Pid::from_raw(i32::try_from(pid)?), Signal::SIGTERM)
        .with_context(|| format!("cannot stop the supervisor, pid {pid}"))?;
    let deadline = Instant::now() + STOP_TIMEOUT;
    while background::supervisor_lives(dir) {
        if Instant::now() > deadline {
            bail!("the supervisor (pid {pid}) is still running after {STOP_TIMEOUT:?}");
        }
        sleep(Duration::from_millis(50)).await;
    }
    Ok(true)
}

/// Prints what is running; fails if nothing is, for scripts.
pub(crate) fn status(dir: Option<PathBuf>) -> anyhow::Result<ExitCode> {
    let dir = sluice_dir(dir)?;
    match (StackState::read(&dir), background::supervisor_pid(&dir)) {
        (Some(state), _) => {
            print_state(&dir, &state);
            Ok(ExitCode::SUCCESS)
        }
        (None, Some(pid)) => {
            println!("starting or stopping (supervisor pid {pid}) in {}", dir.display());
            Ok(ExitCode::from(2))
        }
        (None, None) => {
            println!("nothing is running in {}", dir.display());
            Ok(ExitCode::from(3))
        }
    }
}

/// Shows the end of the logs.
pub(crate) fn logs(args: LogArgs) -> anyhow::Result<ExitCode> {
    let folder = sluice_dir(args.dir)?.join("logs");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .with_context(|| format!("no logs in {}", folder.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            args.names.is_empty() || args.names.iter().any(|wanted| *wanted == name)
        })
        .collect();
    files.sort();
    if files.is_empty() {
        bail!("no log of {} in {}", args.names.join(", "), folder.display());
    }
    let mut tail = Command::new("tail");
    tail.arg("-n").arg(args.lines.to_string()).args(args.follow.then_some("-F")).args(&files);
    let status = tail.status().context("cannot run tail")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Stops everything and deletes all data.
pub(crate) async fn wipe(dir: Option<PathBuf>) -> anyhow::Result<ExitCode> {
    let dir = sluice_dir(dir)?;
    stop_supervisor(&dir).await?;
    for name in DATA {
        let path = dir.join(name);
        let deleted =
            if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        match deleted {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot delete {}", path.display()));
            }
            Ok(()) | Err(_) => {}
        }
    }
    println!("deleted all data in {}; jars and secrets were kept", dir.display());
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn state_of(stack: &Stack) -> StackState {
    let running = stack.pids().into_iter();
    StackState {
        supervisor_pid: std::process::id(),
        endpoints: stack.endpoints(),
        pids: running.filter_map(|(name, pid)| Some((name.to_owned(), pid?))).collect(),
    }
}

fn print_state(dir: &Path, state: &StackState) {
    let pid_of = |wanted: &str| {
        let found = state.pids.iter().find(|(name, _)| name == wanted);
        found.map_or_else(|| "-".to_owned(), |(_, pid)| pid.to_string())
    };
    println!("SLUICE_REDIS__URL={}      # pid {}", state.endpoints.redis_url, pid_of("redis"));
    println!(
        "SLUICE_DATABASE__URL={}   # pid {}",
        state.endpoints.database_url,
        pid_of("postgres")
    );
    println!("SLUICE_KAFKA__BROKERS={}  # pid {}", state.endpoints.kafka_brokers, pid_of("kafka"));
    let mode = state.endpoints.kafka_mode.map_or("", KafkaMode::as_str);
    println!("SLUICE_KAFKA__MODE={mode}");
    println!("# logs: {}", dir.join("logs").display());
}
