//! How servers run when we are root: Postgres refuses root, and none of them needs it.

use std::{ffi::OsString, path::Path, process::Command, sync::OnceLock};

use crate::{StackError, spawner};

/// What comes before a server's command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Demotion {
    /// We are not root: nothing.
    AsWeAre,
    /// A user namespace in which we are user 1000 and have no capability outside of it. Works
    /// in folders that only root may enter, where another user could not even reach its data.
    Namespace,
    /// The system's `postgres` user, where namespaces are forbidden (inside most containers).
    PostgresUser,
}

impl Demotion {
    /// Finds what works here; looked up once per process.
    pub(crate) fn detect() -> Self {
        static FOUND: OnceLock<Demotion> = OnceLock::new();
        *FOUND.get_or_init(|| {
            if !nix::unistd::geteuid().is_root() {
                Self::AsWeAre
            } else if namespaces_work() {
                Self::Namespace
            } else {
                Self::PostgresUser
            }
        })
    }

    /// The same for our own binaries, which may run as root if they must: their folder may be
    /// out of reach for another user.
    pub(crate) fn for_services() -> Self {
        match Self::detect() {
            Self::PostgresUser => Self::AsWeAre,
            other @ (Self::AsWeAre | Self::Namespace) => other,
        }
    }

    /// The start of a command line that changes the user and then runs what follows.
    pub(crate) fn prefix(self) -> Vec<OsString> {
        let words: &[&str] = match self {
            Self::AsWeAre => &[],
            Self::Namespace => &["unshare", "--user", "--map-user=1000", "--map-group=1000", "--"],
            Self::PostgresUser => {
                &["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"]
            }
        };
        words.iter().map(OsString::from).collect()
    }

    /// Hands a data folder, or a file, to the user that works with it.
    pub(crate) fn own(self, path: &Path) -> Result<(), StackError> {
        match self {
            Self::AsWeAre | Self::Namespace => Ok(()),
            Self::PostgresUser => run(Command::new("chown").args(["-R", "postgres:"]).arg(path)),
        }
    }

    /// Mode of new folders. Nobody else looks into them; a server with a user of its own has to come
    /// through to its data.
    pub(crate) const fn folder_mode(self) -> u32 {
        match self {
            Self::AsWeAre | Self::Namespace => 0o700,
            Self::PostgresUser => 0o711,
        }
    }
}

/// Runs a helper to its end; a failure becomes an error with the end of its output.
pub(crate) fn run(command: &mut Command) -> Result<(), StackError> {
    let name = command.get_program().to_string_lossy().into_owned();
    let failed = |detail: String| StackError::Command { command: name, detail };
    match spawner::output_of_blocking(command) {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => {
            let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
            text.push_str(&String::from_utf8_lossy(&output.stderr));
            let tail: Vec<&str> = text.trim().lines().rev().take(12).collect();
            Err(failed(tail.into_iter().rev().collect::<Vec<_>>().join("\n")))
        }
        Err(error) => Err(failed(error.to_string())),
    }
}

/// The same on a thread of its own, so that the runtime is not blocked.
pub(crate) async fn run_aside(mut command: Command) -> Result<(), StackError> {
    let name = command.get_program().to_string_lossy().into_owned();
    let failed = |detail: String| StackError::Command { command: name, detail };
    let running = tokio::task::spawn_blocking(move || run(&mut command));
    running.await.map_err(|error| failed(error.to_string()))?
}

fn namespaces_work() -> bool {
    let prefix = Demotion::Namespace.prefix();
    let mut probe = Command::new(&prefix[0]);
    probe.args(&prefix[1..]).arg("true");
    run(&mut probe).is_ok()
}
