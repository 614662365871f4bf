//! A child process: how it is started, signalled and waited for.

use std::{
    fs,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use nix::sys::signal::Signal;
use parking_lot::Mutex;
use tokio::time::{Instant, sleep};

use crate::{Env, StackError, pids, private_files::open_log, spawner, unprivileged::Demotion};

/// How to start a process; can be used any number of times.
#[derive(Debug, Clone)]
pub(crate) struct Launch {
    pub(crate) name: String,
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<String>,
    /// Added to the environment, from which our own settings are taken out.
    pub(crate) env: Env,
    pub(crate) dir: PathBuf,
    pub(crate) log: PathBuf,
    /// Where it keeps its process id, so that it runs once.
    pub(crate) lock_file: Option<PathBuf>,
    pub(crate) demotion: Demotion,
    /// Sent by the kernel when the supervisor dies.
    pub(crate) death_signal: Signal,
}

impl Launch {
    /// Removes the lock file of a process that was killed. Its pid may belong to another process
    /// by now, which would make the server refuse to start. Safe once no process of ours works in
    /// the folder, since our supervisor has the folder locked.
    pub(crate) fn remove_stale_lock(&self) {
        if let Some(path) = &self.lock_file {
            let _ = fs::remove_file(path);
        }
    }

    /// Starts the process in a group of its own, with its output added to the log file.
    pub(crate) fn spawn(&self) -> Result<Process, StackError> {
        let log = open_log(&self.log)?;
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
        set_env(&mut command, &self.env);
        command
    }

    /// The last lines of the log, for error messages.
    pub(crate) fn log_tail(&self) -> String {
        tail_of(&self.log)
    }
}

/// Gives a command these settings, and none of those that this process was started with.
pub(crate) fn set_env(command: &mut Command, env: &Env) {
    for (key, _) in std::env::vars_os() {
        if key.to_string_lossy().starts_with("SLUICE_") {
            command.env_remove(key);
        }
    }
    command.envs(env);
}

/// The last lines of a text file.
pub(crate) fn tail_of(path: &Path) -> String {
    let text = fs::read(path).unwrap_or_default();
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
        self.child.lock().try_wait().ok().flatten()
    }

    /// Sends a signal unless the process has ended: its pid may be somebody else's by then.
    pub(crate) fn signal(&self, signal: Signal) {
        let mut child = self.child.lock();
        if let Ok(None) = child.try_wait() {
            pids::send(self.pid, signal);
        }
    }

    /// Waits for the end of the process; returns whether it came in time.
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
