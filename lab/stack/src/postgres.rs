//! A private Postgres cluster; fsync stays on.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use nix::sys::signal::Signal;
use sqlx::{Connection, PgConnection};

use crate::{
    StackError,
    managed::{Managed, make_dir},
    paths,
    probe::Probe,
    process::Launch,
    unprivileged::{Demotion, run_aside},
};

const READY_TIMEOUT: Duration = Duration::from_secs(120);
const STOP_GRACE: Duration = Duration::from_secs(20);
const PORT_KEY: &str = "SLUICE_STACK_POSTGRES_PORT";
const OLDEST_VERSION: u32 = 15;
/// Role and database are both named so; only this machine can reach the port.
const NAME: &str = "sluice";

/// A Postgres of our own, or the address of another.
#[derive(Debug)]
pub struct PostgresServer {
    url: String,
    private: Option<Private>,
}

#[derive(Debug)]
struct Private {
    managed: Managed,
    bin_dir: PathBuf,
    data_dir: PathBuf,
    maintenance_url: String,
    demotion: Demotion,
}

impl PostgresServer {
    /// Names a server that runs already.
    pub fn existing(url: impl Into<String>) -> Self {
        Self { url: url.into(), private: None }
    }

    /// Prepares a private cluster; nothing runs yet.
    pub(crate) fn private(dir: &Path, port: u16) -> Result<Self, StackError> {
        let bin_dir = find_bin_dir().ok_or(StackError::ProgramMissing {
            program: "Postgres 15 or later",
            remedy: "apt-get install postgresql",
        })?;
        let demotion = Demotion::detect();
        let data_dir = dir.join("postgres");
        let launch = Launch {
            name: "postgres".to_owned(),
            program: bin_dir.join("postgres"),
            args: arguments(&data_dir, port),
            env: BTreeMap::new(),
            dir: data_dir.clone(),
            log: dir.join("logs").join("postgres.log"),
            demotion,
            // Immediate shutdown: the postmaster takes its backends with it.
            death_signal: Signal::SIGQUIT,
        };
        // SIGINT is the fast shutdown: sessions are ended, not waited for.
        let managed = Managed::new(launch, Signal::SIGINT, STOP_GRACE);
        let server = format!("postgres://{NAME}@127.0.0.1:{port}");
        let (url, maintenance_url) = (format!("{server}/{NAME}"), format!("{server}/postgres"));
        let private = Private { managed, bin_dir, data_dir, maintenance_url, demotion };
        Ok(Self { url, private: Some(private) })
    }

    /// The first start: makes the cluster and the database if they are not there.
    pub(crate) async fn first_start(&self, port: u16) -> Result<(), StackError> {
        let Some(private) = &self.private else { return Ok(()) };
        private.initialize().await?;
        if !private.managed.start_when_port_is_free(port).await? {
            return Err(StackError::PortBusy { server: "Postgres", port, key: PORT_KEY });
        }
        self.wait_ready().await?;
        private.create_database().await
    }

    /// Address for clients, `postgres://sluice@127.0.0.1:<port>/sluice`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Process id of the postmaster while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.private.as_ref().and_then(|private| private.managed.pid())
    }

    /// Starts it on the data it has; returns when it has recovered and takes queries.
    ///
    /// # Errors
    ///
    /// Returns an error if it is not ours, does not start, or does not get ready.
    pub async fn start(&self) -> Result<(), StackError> {
        let private = self.ours()?;
        if !private.managed.is_running() {
            private.forget_dead_postmaster();
        }
        private.managed.start().await?;
        self.wait_ready().await
    }

    /// Kills the postmaster and its backends with `kill -9`; returns when all are gone.
    ///
    /// # Errors
    ///
    /// Returns an error if it is not ours or does not vanish.
    pub async fn kill9(&self) -> Result<(), StackError> {
        self.ours()?.managed.kill9().await
    }

    /// Stops it politely, ending open sessions.
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

    /// Waits until it takes queries.
    ///
    /// # Errors
    ///
    /// Returns an error if it ended or does not answer in time.
    pub async fn wait_ready(&self) -> Result<(), StackError> {
        let Some(private) = &self.private else { return Ok(()) };
        let probe = Probe::Postgres(private.maintenance_url.clone());
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
        let not_ours = StackError::NotOurs { server: "Postgres", key: "SLUICE_DATABASE__URL" };
        self.private.as_ref().ok_or(not_ours)
    }
}

impl Private {
    /// Makes the cluster; a half-made one of an interrupted run is made again.
    async fn initialize(&self) -> Result<(), StackError> {
        if self.data_dir.join("PG_VERSION").is_file() {
            self.forget_dead_postmaster();
            return Ok(());
        }
        let unfinished = self.data_dir.with_extension("new");
        let _ = fs::remove_dir_all(&unfinished);
        let _ = fs::remove_dir_all(&self.data_dir);
        make_dir(&unfinished)?;
        self.demotion.own(&unfinished)?;
        let mut line = self.demotion.prefix();
        line.push(self.bin_dir.join("initdb").into());
        let words = ["-U", NAME, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-D"];
        line.extend(words.map(Into::into));
        line.push(unfinished.clone().into());
        let mut command = Command::new(&line[0]);
        command.args(&line[1..]).current_dir(&unfinished);
        run_aside(command).await?;
        fs::rename(&unfinished, &self.data_dir).map_err(StackError::file("rename", &unfinished))
    }

    /// Removes the lock file of a postmaster that was killed. Its pid may belong to another
    /// process by now, which would make Postgres refuse to start. Safe, because this folder is
    /// locked by our supervisor and leftovers are looked for before every start.
    fn forget_dead_postmaster(&self) {
        let path = self.data_dir.join("postmaster.pid");
        let Ok(text) = fs::read_to_string(&path) else { return };
        let holder = text.lines().next().and_then(|line| line.parse::<u32>().ok());
        let alive = crate::pids::working_in(&self.data_dir, "postgres");
        if holder.is_none_or(|pid| !alive.contains(&pid)) {
            let _ = fs::remove_file(&path);
        }
    }

    async fn create_database(&self) -> Result<(), StackError> {
        let failed = |error: sqlx::Error| StackError::Command {
            command: format!("create database {NAME}"),
            detail: error.to_string(),
        };
        let mut connection = PgConnection::connect(&self.maintenance_url).await.map_err(failed)?;
        let exists: bool =
            sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
                .bind(NAME)
                .fetch_one(&mut connection)
                .await
                .map_err(failed)?;
        if !exists {
            sqlx::query("create database sluice").execute(&mut connection).await.map_err(failed)?;
        }
        connection.close().await.map_err(failed)
    }
}

/// Only TCP on the loopback address: a Unix socket's path may be too long under a deep folder.
fn arguments(data_dir: &Path, port: u16) -> Vec<String> {
    let mut words = vec!["-D".to_owned(), data_dir.to_string_lossy().into_owned()];
    for setting in [
        "listen_addresses=127.0.0.1".to_owned(),
        format!("port={port}"),
        "unix_socket_directories=".to_owned(),
        "max_connections=300".to_owned(),
        "shared_buffers=128MB".to_owned(),
        "max_wal_size=2GB".to_owned(),
        "log_line_prefix=%m [%p] %d ".to_owned(),
        "timezone=UTC".to_owned(),
    ] {
        words.extend(["-c".to_owned(), setting]);
    }
    words
}

/// The newest installed version that is new enough.
fn find_bin_dir() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path())))
        .filter(|(version, path)| *version >= OLDEST_VERSION && path.join("bin/initdb").is_file())
        .max_by_key(|(version, _)| *version)
        .map(|(_, path)| path.join("bin"));
    // Elsewhere than on Debian the programs are in PATH.
    newest.or_else(|| paths::find_program("initdb", &[])?.parent().map(Path::to_path_buf))
}
