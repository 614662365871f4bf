//! What can go wrong, with what to do next in every message.

use std::{io, path::PathBuf, time::Duration};

/// A server or service could not be started, stopped or reached.
#[derive(Debug, thiserror::Error)]
pub enum StackError {
    /// A file or directory of the stack could not be read or written.
    #[error("could not {action} {}", path.display())]
    File {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// Secrets are there, and could not be read.
    #[error(
        "could not read the secrets in {}; make the file readable, or delete it together with the \
         data of this folder, which nobody can use without them", path.display()
    )]
    SecretUnreadable {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// Another program listens where a server of ours should.
    #[error(
        "port {port} for {server} is in use; stop what listens there, or set {key} to a free port"
    )]
    PortBusy {
        /// The server that wanted the port.
        server: &'static str,
        /// The busy port.
        port: u16,
        /// The setting that moves it.
        key: &'static str,
    },
    /// Another supervisor has this directory.
    #[error(
        "{} is used by another running stack (pid {holder}); stop it with `./scripts/stack stop`, \
         or set SLUICE_STACK_DIR to another directory", dir.display()
    )]
    DirectoryBusy {
        /// The directory.
        dir: PathBuf,
        /// Process id of the other supervisor, as far as it is known.
        holder: String,
    },
    /// A program of the system is missing.
    #[error("{program} was not found; install it with: {remedy}")]
    ProgramMissing {
        /// The program.
        program: &'static str,
        /// The command that installs it.
        remedy: &'static str,
    },
    /// A binary of ours was not built.
    #[error("{} does not exist; build it with: cargo build --bins", path.display())]
    BinaryMissing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A helper command failed.
    #[error("{command} failed: {detail}")]
    Command {
        /// The command, shortened.
        command: String,
        /// The end of its output.
        detail: String,
    },
    /// A process ended when it should be running.
    #[error("{name} ended ({status}); its log is {}:\n{tail}", log.display())]
    Ended {
        /// Name of the server or service.
        name: String,
        /// Exit status.
        status: String,
        /// Log file.
        log: PathBuf,
        /// Last lines of the log.
        tail: String,
    },
    /// A process runs but does not become ready.
    #[error("{name} was not ready after {waited:?}: {detail}; its log is {}", log.display())]
    NotReady {
        /// Name of the server or service.
        name: String,
        /// How long it was waited for.
        waited: Duration,
        /// What the last probe said.
        detail: String,
        /// Log file.
        log: PathBuf,
    },
    /// A process did not go away, or did not stand still.
    #[error("{name} (pid {pid}) still runs after {waited:?}")]
    StillRunning {
        /// Name of the server or service.
        name: String,
        /// Its process id.
        pid: u32,
        /// How long it was waited for.
        waited: Duration,
    },
    /// The Kafka that was asked for cannot run here.
    #[error(
        "Apache Kafka cannot run here: {reason}; {remedy}, \
         or set SLUICE_KAFKA__MODE=embedded (its log is not durable)"
    )]
    KafkaUnavailable {
        /// Why not.
        reason: String,
        /// What would help.
        remedy: &'static str,
    },
    /// A server that runs elsewhere was asked to be killed or restarted.
    #[error(
        "{server} is not ours (its address was given in {key}), so it can't be stopped or started here"
    )]
    NotOurs {
        /// The server.
        server: &'static str,
        /// The setting that gave its address.
        key: &'static str,
    },
    /// A setting of the stack is unusable.
    #[error("{key}={value}: {expected}")]
    Setting {
        /// Name of the setting.
        key: &'static str,
        /// Its value.
        value: String,
        /// What was expected.
        expected: &'static str,
    },
}

impl StackError {
    /// Returns the error of a file action, for `map_err`.
    pub(crate) fn file(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { action, path, source }
    }
}
