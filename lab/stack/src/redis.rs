//! Redis: append-only file synced every second, no eviction.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use nix::sys::signal::Signal;

use crate::{
    Env, StackError,
    managed::{Managed, make_dir},
    paths,
    probe::Probe,
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

impl RedisServer {
    pub(crate) fn existing(url: &str) -> Self {
        Self { handle: ServerHandle::existing(NAMES, url), data: None }
    }

    /// Prepares a private server; nothing runs yet.
    pub(crate) fn private(dir: &Path, port: u16) -> Result<Self, StackError> {
        let program = paths::find_program("redis-server", &["/usr/sbin".into()]).ok_or(
            StackError::ProgramMissing {
                program: "redis-server",
                remedy: "apt-get install redis-server",
            },
        )?;
        let data = DataDir { path: dir.join("redis"), demotion: Demotion::detect() };
        let launch = Launch {
            name: "redis".to_owned(),
            program,
            args: arguments(port),
            env: Env::new(),
            dir: data.path.clone(),
            log: dir.join("logs").join("redis.log"),
            lock_file: None,
            demotion: data.demotion,
            death_signal: Signal::SIGTERM,
        };
        let address = format!("127.0.0.1:{port}");
        let url = format!("redis://{address}");
        let process = ServerProcess {
            managed: Managed::new(launch, Signal::SIGTERM, STOP_GRACE),
            probe: Probe::Redis(address),
            ready_timeout: READY_TIMEOUT,
        };
        Ok(Self { handle: ServerHandle::private(NAMES, url, process), data: Some(data) })
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

impl DataDir {
    fn make(&self) -> Result<(), StackError> {
        make_dir(&self.path)?;
        self.demotion.own(&self.path)
    }
}

fn arguments(port: u16) -> Vec<String> {
    let port = port.to_string();
    [
        ["--port", port.as_str()],
        ["--bind", "127.0.0.1"],
        ["--dir", "."],
        ["--appendonly", "yes"],
        ["--appendfsync", "everysec"],
        ["--maxmemory-policy", "noeviction"],
        ["--save", ""],
        ["--daemonize", "no"],
        ["--tcp-backlog", "1024"],
        // Tests take one each.
        ["--databases", "1024"],
    ]
    .concat()
    .into_iter()
    .map(str::to_owned)
    .collect()
}
