//! Redis: append-only file synced every second, no eviction.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use nix::sys::signal::Signal;
use tokio::time::{Instant, sleep};

use crate::{
    Env, Planes, StackError,
    managed::Managed,
    paths,
    planes::OWNER,
    private_files::make_dir,
    probe::{self, Probe},
    process::Launch,
    server::{ServerHandle, ServerNames, ServerProcess},
    unprivileged::Demotion,
};

const NAMES: ServerNames = ServerNames {
    name: "Redis",
    port_key: "SLUICE_STACK_REDIS_PORT",
    address_key: "SLUICE_REDIS__URL",
};
const READY_TIMEOUT: Duration = Duration::from_secs(60);
const STOP_GRACE: Duration = Duration::from_secs(10);
/// Between two questions to a server that is not yet where it should be.
const PAUSE: Duration = Duration::from_millis(50);

/// The Redis of a stack.
#[derive(Debug)]
pub(crate) struct RedisServer {
    pub(crate) handle: ServerHandle,
    /// Of a private one.
    data: Option<DataDir>,
}

#[derive(Debug)]
struct DataDir {
    path: PathBuf,
    demotion: Demotion,
}

/// Where a server is met, and how it is asked whether it is ready.
struct Door {
    url: String,
    probe: Probe,
}

impl RedisServer {
    pub(crate) fn existing(url: &str) -> Self {
        Self { handle: ServerHandle::existing(NAMES, url), data: None }
    }

    /// Prepares a private server; nothing runs yet.
    pub(crate) fn private(
        dir: &Path,
        port: u16,
        closed_by: Option<&Planes>,
    ) -> Result<Self, StackError> {
        let reached = closed_by.map_or_else(|| on_port(port), Planes::redis_arguments);
        // Tests take a database each.
        let args = arguments(reached, &[("--databases", "1024")]);
        Self::behind("redis", dir, args, closed_by.map_or_else(|| Door::open(port), Door::closed))
    }

    /// Prepares a private server with a name of its own and further settings.
    pub(crate) fn named(
        name: &str,
        dir: &Path,
        port: u16,
        more: &[(&str, &str)],
    ) -> Result<Self, StackError> {
        Self::of(name, dir, port, arguments(on_port(port), more))
    }

    /// Prepares a process of the program with these arguments, in a folder of that name.
    pub(crate) fn of(
        name: &str,
        dir: &Path,
        port: u16,
        args: Vec<String>,
    ) -> Result<Self, StackError> {
        Self::behind(name, dir, args, Door::open(port))
    }

    fn behind(
        name: &str,
        dir: &Path,
        args: Vec<String>,
        Door { url, probe }: Door,
    ) -> Result<Self, StackError> {
        let program = paths::find_program("redis-server", &["/usr/sbin".into()]).ok_or(
            StackError::ProgramMissing {
                program: "redis-server",
                remedy: "apt-get install redis-server",
            },
        )?;
        let data = DataDir { path: dir.join(name), demotion: Demotion::detect() };
        let launch = Launch {
            name: name.to_owned(),
            program,
            args,
            env: Env::new(),
            dir: data.path.clone(),
            log: dir.join("logs").join(format!("{name}.log")),
            lock_file: None,
            demotion: data.demotion,
            death_signal: Signal::SIGTERM,
        };
        let process = ServerProcess {
            managed: Managed::new(launch, Signal::SIGTERM, STOP_GRACE),
            probe,
            ready_timeout: READY_TIMEOUT,
        };
        Ok(Self { handle: ServerHandle::private(NAMES, url, process), data: Some(data) })
    }

    /// Starts it with a file in its folder.
    pub(crate) async fn first_start_with(
        &self,
        port: u16,
        file: &str,
        text: &str,
    ) -> Result<(), StackError> {
        if let Some(data) = &self.data {
            make_dir(&data.path)?;
            let path = data.path.join(file);
            fs::write(&path, text).map_err(StackError::file("write", &path))?;
        }
        self.first_start(port).await
    }

    pub(crate) async fn first_start(&self, port: u16) -> Result<(), StackError> {
        if let Some(data) = &self.data {
            data.make()?;
        }
        self.handle.first_start(port).await
    }

    /// Kills it, deletes its data, and starts it empty on the same port.
    pub(crate) async fn wipe(&self) -> Result<(), StackError> {
        self.handle.kill9().await?;
        if let Some(data) = &self.data {
            fs::remove_dir_all(&data.path).map_err(StackError::file("delete", &data.path))?;
            data.make()?;
        }
        self.handle.start().await
    }
}

impl Door {
    fn open(port: u16) -> Self {
        let address = format!("127.0.0.1:{port}");
        Self { url: format!("redis://{address}"), probe: Probe::Redis(address) }
    }

    fn closed(planes: &Planes) -> Self {
        let (url, ca_file) = (planes.redis_url(OWNER), planes.ca_file().to_path_buf());
        Self { url: url.clone(), probe: Probe::RedisOverTls { url, ca_file } }
    }
}

impl DataDir {
    fn make(&self) -> Result<(), StackError> {
        make_dir(&self.path)?;
        self.demotion.own(&self.path)
    }
}

fn on_port(port: u16) -> Vec<String> {
    vec!["--port".to_owned(), port.to_string()]
}

/// Completes the arguments that say where a server is reached.
fn arguments(reached: Vec<String>, more: &[(&str, &str)]) -> Vec<String> {
    let ours = [
        ("--bind", "127.0.0.1"),
        ("--dir", "."),
        ("--appendonly", "yes"),
        ("--appendfsync", "everysec"),
        ("--maxmemory-policy", "noeviction"),
        ("--save", ""),
        ("--daemonize", "no"),
        ("--tcp-backlog", "1024"),
    ];
    let rest = ours.iter().chain(more);
    let rest = rest.flat_map(|(name, value)| [(*name).to_owned(), (*value).to_owned()]);
    reached.into_iter().chain(rest).collect()
}

/// Asks a server something, in its own words.
pub(crate) async fn ask(handle: &ServerHandle, question: &str) -> Result<String, StackError> {
    let failed = |detail: String| StackError::Command { command: question.to_owned(), detail };
    let address = handle.url().trim_start_matches("redis://");
    let answer = probe::exchange(address, &format!("{question}\r\n")).await.map_err(failed)?;
    if answer.starts_with('-') { Err(failed(answer)) } else { Ok(answer) }
}

/// Asks servers the same until each says all of this.
pub(crate) async fn wait_until_all_say(
    handles: impl IntoIterator<Item = &ServerHandle>,
    question: &str,
    words: &[&str],
) -> Result<(), StackError> {
    let deadline = Instant::now() + READY_TIMEOUT;
    for handle in handles {
        loop {
            let answer = ask(handle, question).await?;
            if words.iter().all(|word| answer.contains(word)) {
                break;
            }
            if Instant::now() >= deadline {
                return Err(StackError::Command { command: question.to_owned(), detail: answer });
            }
            sleep(PAUSE).await;
        }
    }
    Ok(())
}
