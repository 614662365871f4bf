//! A private Redis: append-only file synced every second, no eviction.

use std::{fs, path::PathBuf, time::Duration};

use nix::sys::signal::Signal;

use crate::{
    StackError,
    managed::{Managed, make_dir},
    paths,
    probe::Probe,
    process::Launch,
    unprivileged::Demotion,
};

const READY_TIMEOUT: Duration = Duration::from_secs(60);
const STOP_GRACE: Duration = Duration::from_secs(10);
const PORT_KEY: &str = "SLUICE_STACK_REDIS_PORT";

/// A Redis of our own, or the address of another.
#[derive(Debug)]
pub struct RedisServer {
    url: String,
    private: Option<Private>,
}

#[derive(Debug)]
struct Private {
    managed: Managed,
    address: String,
    data_dir: PathBuf,
    demotion: Demotion,
}

impl RedisServer {
    /// Names a server that runs already.
    pub fn existing(url: impl Into<String>) -> Self {
        Self { url: url.into(), private: None }
    }

    /// Prepares a private server; nothing runs yet.
    pub(crate) fn private(dir: &std::path::Path, port: u16) -> Result<Self, StackError> {
        let data_dir = dir.join("redis");
        let program = paths::find_program("redis-server", &["/usr/sbin".into()]).ok_or(
            StackError::ProgramMissing {
                program: "redis-server",
                remedy: "apt-get install redis-server",
            },
        )?;
        let demotion = Demotion::detect();
        let launch = Launch {
            name: "redis".to_owned(),
            program,
            args: arguments(port),
            env: std::collections::BTreeMap::new(),
            dir: data_dir.clone(),
            log: dir.join("logs").join("redis.log"),
            demotion,
            death_signal: Signal::SIGTERM,
        };
        let managed = Managed::new(launch, Signal::SIGTERM, STOP_GRACE);
        let address = format!("127.0.0.1:{port}");
        let url = format!("redis://{address}");
        Ok(Self { url, private: Some(Private { managed, address, data_dir, demotion }) })
    }

    /// The first start, with a clear word about a busy port.
    pub(crate) async fn first_start(&self, port: u16) -> Result<(), StackError> {
        let Some(private) = &self.private else { return Ok(()) };
        private.prepare()?;
        if private.managed.start_when_port_is_free(port).await? {
            return self.wait_ready().await;
        }
        Err(StackError::PortBusy { server: "Redis", port, key: PORT_KEY })
    }

    /// Address for clients, `redis://127.0.0.1:<port>`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Process id while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.private.as_ref().and_then(|private| private.managed.pid())
    }

    /// Starts it on the data it has; returns when it answers.
    ///
    /// # Errors
    ///
    /// Returns an error if it is not ours, does not start, or does not get ready.
    pub async fn start(&self) -> Result<(), StackError> {
        self.ours()?.managed.start().await?;
        self.wait_ready().await
    }

    /// Kills it with `kill -9`; returns when it is gone.
    ///
    /// # Errors
    ///
    /// Returns an error if it is not ours or does not vanish.
    pub async fn kill9(&self) -> Result<(), StackError> {
        self.ours()?.managed.kill9().await
    }

    /// Stops it politely, which writes the append-only file out.
    ///
    /// # Errors
    ///
    /// Returns an error if it is not ours or does not vanish.
    pub async fn stop(&self) -> Result<(), StackError> {
        self.ours()?.managed.stop().await
    }

    /// Stops and starts it on the same data and port.
    ///
    /// # Errors
    ///
    /// As [`stop`](Self::stop) and [`start`](Self::start).
    pub async fn restart(&self) -> Result<(), StackError> {
        self.stop().await?;
        self.start().await
    }

    /// Stops it, deletes its data, and starts it empty on the same port.
    ///
    /// # Errors
    ///
    /// As [`restart`](Self::restart), or if the data cannot be deleted.
    pub async fn wipe(&self) -> Result<(), StackError> {
        let private = self.ours()?;
        private.managed.kill9().await?;
        fs::remove_dir_all(&private.data_dir)
            .map_err(StackError::file("delete", &private.data_dir))?;
        private.prepare()?;
        self.start().await
    }

    /// Waits until it has loaded its data and answers.
    ///
    /// # Errors
    ///
    /// Returns an error if it ended or does not answer in time.
    pub async fn wait_ready(&self) -> Result<(), StackError> {
        let Some(private) = &self.private else { return Ok(()) };
        let probe = Probe::Redis(private.address.clone());
        private.managed.wait_ready(READY_TIMEOUT, &probe).await
    }

    /// How it ended, if it ended by itself.
    pub fn ended(&self) -> Option<String> {
        self.private.as_ref().and_then(|private| private.managed.ended())
    }

    /// Whether it is a process of this stack.
    pub fn is_private(&self) -> bool {
        self.private.is_some()
    }

    fn ours(&self) -> Result<&Private, StackError> {
        let not_ours = StackError::NotOurs { server: "Redis", key: "SLUICE_REDIS__URL" };
        self.private.as_ref().ok_or(not_ours)
    }
}

impl Private {
    fn prepare(&self) -> Result<(), StackError> {
        make_dir(&self.data_dir)?;
        self.demotion.own(&self.data_dir)
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
