//! A child process: how it is started, signalled and waited for.

use std::{
    collections::BTreeMap,
    fs::File,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use nix::sys::signal::Signal;
use tokio::time::{Instant, sleep};

use crate::{StackError, pids, spawner, unprivileged::Demotion};

/// How to start a process; can be used any number of times.
#[derive(Debug, Clone)]
pub(crate) struct Launch {
    pub(crate) name: String,
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<String>,
    /// Added to the environment after all `SLUICE_` settings were taken out of it.
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) dir: PathBuf,
    pub(crate) log: PathBuf,
    pub(crate) demotion: Demotion,
    /// Sent by the kernel when the supervisor dies.
    pub(crate) death_signal: Signal,
}

impl Launch {
    /// Starts the process in a group of its own, with its output added to the log file.
    pub(crate) fn spawn(&self) -> Result<Process, StackError> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(&self.log)
            .map_err(StackError::file("open the log", &self.log))?;
        let errors = log.try_clone().map_err(StackError::file("open the log", &self.log))?;
        let mut command = self.command();
        command
            .current_dir(&self.dir)
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors)
            .process_group(0);
        let child = spawner::spawn(command).map_err(StackError::file("start", &self.program))?;
        Ok(Process { pid: child.id(), child: Mutex::new(child) })
    }

    /// Every wrapper in this line replaces itself, so the child's pid is the server's own.
    fn command(&self) -> Command {
        let mut line = self.demotion.prefix();
        // The death signal is set last: a change of user would clear it.
        line.extend(["setpriv".into(), "--pdeathsig".into(), short_name(self.death_signal).into()]);
        line.extend(["--".into(), self.program.clone().into_os_string()]);
        let mut command = Command::new(&line[0]);
        command.args(&line[1..]).args(&self.args);
        for (key, _) in std::env::vars_os() {
            if key.to_string_lossy().starts_with("SLUICE_") {
                command.env_remove(key);
            }
        }
        command.envs(&self.env);
        command
    }

    /// The last lines of the log, for error messages.
    pub(crate) fn log_tail(&self) -> String {
        tail_of(&self.log)
    }
}

/// The last lines of a text file.
pub(crate) fn tail_of(path: &Path) -> String {
    let text = std::fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(12)..].join("\n")
}

/// A started child. It is not killed on drop; its [`Managed`](crate::managed::Managed) does that.
#[derive(Debug)]
pub(crate) struct Process {
    pid: u32,
    child: Mutex<Child>,
}

impl Process {
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// Collects the exit status if the process has ended.
    pub(crate) fn exited(&self) -> Option<ExitStatus> {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        child.try_wait().ok().flatten()
    }

    /// Sends a signal unless the process has ended: its pid may be somebody else's by then.
    pub(crate) fn signal(&self, signal: Signal) {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        if let Ok(None) = child.try_wait() {
            pids::send(self.pid, signal);
        }
    }

    /// Waits for the end of the process; answers whether it came in time.
    pub(crate) async fn wait(&self, at_most: Duration) -> bool {
        let deadline = Instant::now() + at_most;
        while self.exited().is_none() {
            if Instant::now() >= deadline {
                return false;
            }
            sleep(Duration::from_millis(10)).await;
        }
        true
    }
}

fn short_name(signal: Signal) -> &'static str {
    signal.as_str().trim_start_matches("SIG")
}
