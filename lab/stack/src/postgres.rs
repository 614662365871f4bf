//! Postgres: one cluster in a folder of its own; fsync stays on.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use nix::sys::signal::Signal;
use sqlx::{Connection, PgConnection};

use crate::{
    Env, Planes, StackError,
    managed::Managed,
    paths,
    planes::OWNER,
    postgres_password,
    private_files::make_dir,
    probe::Probe,
    process::Launch,
    server::{ServerHandle, ServerNames, ServerProcess},
    unprivileged::{Demotion, run_aside},
};

const NAMES: ServerNames = ServerNames {
    name: "Postgres",
    port_key: "SLUICE_STACK_POSTGRES_PORT",
    address_key: "SLUICE_DATABASE__URL",
};
const READY_TIMEOUT: Duration = Duration::from_secs(120);
const STOP_GRACE: Duration = Duration::from_secs(20);
const OLDEST_VERSION: u32 = 15;
/// Role and database are both named so; only this machine can reach the port.
const NAME: &str = "sluice";

/// Who may come in where the server is closed to strangers. Elsewhere the password is enough.
const ONLY_OVER_TLS: &str = "hostssl all all 127.0.0.1/32 scram-sha-256\n";

/// The Postgres of a stack.
#[derive(Debug)]
pub(crate) struct PostgresServer {
    pub(crate) handle: ServerHandle,
    /// Of a private one.
    cluster: Option<Cluster>,
}

#[derive(Debug)]
struct Cluster {
    bin_dir: PathBuf,
    data_dir: PathBuf,
    maintenance_url: String,
    /// Of the owner.
    password: String,
    demotion: Demotion,
    closed_by: Option<Planes>,
}

impl PostgresServer {
    pub(crate) fn existing(url: &str) -> Self {
        Self { handle: ServerHandle::existing(NAMES, url), cluster: None }
    }

    /// Prepares a private cluster; nothing runs yet.
    pub(crate) fn private(
        dir: &Path,
        port: u16,
        closed_by: Option<&Planes>,
    ) -> Result<Self, StackError> {
        let bin_dir = find_bin_dir().ok_or(StackError::ProgramMissing {
            program: "Postgres 15 or later",
            remedy: "apt-get install postgresql",
        })?;
        let password = match closed_by {
            None => postgres_password::load_or_make(dir)?,
            Some(planes) => planes.password(OWNER).to_owned(),
        };
        let url = |database: &str| match closed_by {
            None => format!("postgres://{NAME}:{password}@127.0.0.1:{port}/{database}"),
            Some(planes) => planes.postgres_url(NAME, database),
        };
        let (url, maintenance_url) = (url(NAME), url("postgres"));
        let cluster = Cluster {
            bin_dir,
            data_dir: dir.join("postgres"),
            maintenance_url,
            password,
            demotion: Demotion::detect(),
            closed_by: closed_by.cloned(),
        };
        let launch = Launch {
            name: "postgres".to_owned(),
            program: cluster.bin_dir.join("postgres"),
            args: arguments(&cluster, port),
            env: Env::new(),
            dir: cluster.data_dir.clone(),
            log: dir.join("logs").join("postgres.log"),
            lock_file: Some(cluster.data_dir.join("postmaster.pid")),
            demotion: cluster.demotion,
            // Immediate shutdown: the postmaster takes its backends with it.
            death_signal: Signal::SIGQUIT,
        };
        let process = ServerProcess {
            // SIGINT is the fast shutdown: sessions are ended, not waited for.
            managed: Managed::new(launch, Signal::SIGINT, STOP_GRACE),
            probe: Probe::Postgres(cluster.maintenance_url.clone()),
            ready_timeout: READY_TIMEOUT,
        };
        let handle = ServerHandle::private(NAMES, url, process);
        Ok(Self { handle, cluster: Some(cluster) })
    }

    /// Starts it, with the cluster and the database made first if they are not there.
    pub(crate) async fn first_start(&self, port: u16) -> Result<(), StackError> {
        let Some(cluster) = &self.cluster else { return Ok(()) };
        cluster.initialize().await?;
        self.handle.first_start(port).await?;
        cluster.create_database().await
    }
}

impl Cluster {
    /// Makes the cluster; a half-made one of an interrupted run is made again.
    async fn initialize(&self) -> Result<(), StackError> {
        if self.data_dir.join("PG_VERSION").is_file() {
            return Ok(());
        }
        let unfinished = self.data_dir.with_extension("new");
        let _ = fs::remove_dir_all(&unfinished);
        let _ = fs::remove_dir_all(&self.data_dir);
        make_dir(&unfinished)?;
        self.demotion.own(&unfinished)?;
        let verifier = self.data_dir.with_extension("verifier");
        postgres_password::write_verifier(&verifier, &self.password)?;
        self.demotion.own(&verifier)?;
        let mut line = self.demotion.prefix();
        line.push(self.bin_dir.join("initdb").into());
        line.extend(["-U", NAME, "-E", "UTF8", "--locale=C.UTF-8"].map(Into::into));
        line.extend(["-A", "scram-sha-256", "--pwfile"].map(Into::into));
        line.push(verifier.into());
        line.push("-D".into());
        line.push(unfinished.clone().into());
        let mut command = Command::new(&line[0]);
        command.args(&line[1..]).current_dir(&unfinished);
        run_aside(command).await?;
        if self.closed_by.is_some() {
            let rules = unfinished.join("pg_hba.conf");
            fs::write(&rules, ONLY_OVER_TLS).map_err(StackError::file("write", &rules))?;
        }
        fs::rename(&unfinished, &self.data_dir).map_err(StackError::file("rename", &unfinished))
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
fn arguments(cluster: &Cluster, port: u16) -> Vec<String> {
    let mut words = vec!["-D".to_owned(), cluster.data_dir.to_string_lossy().into_owned()];
    let mut settings = vec![
        "listen_addresses=127.0.0.1".to_owned(),
        format!("port={port}"),
        "unix_socket_directories=".to_owned(),
        "max_connections=300".to_owned(),
        "shared_buffers=128MB".to_owned(),
        "max_wal_size=2GB".to_owned(),
        "log_line_prefix=%m [%p] %d ".to_owned(),
        "timezone=UTC".to_owned(),
    ];
    settings.extend(cluster.closed_by.iter().flat_map(Planes::postgres_settings));
    if counts_statements(&cluster.bin_dir) {
        settings.push("shared_preload_libraries=pg_stat_statements".to_owned());
        settings.push("pg_stat_statements.track=top".to_owned());
    }
    for setting in settings {
        words.extend(["-c".to_owned(), setting]);
    }
    words
}

/// Whether the module is installed that counts statements; without it, the server would not start
/// with these settings.
fn counts_statements(bin_dir: &Path) -> bool {
    let folders = ["../lib", "../lib/postgresql", "../lib64/pgsql"];
    folders.iter().any(|folder| bin_dir.join(folder).join("pg_stat_statements.so").is_file())
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
