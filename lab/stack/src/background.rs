//! A stack that a supervisor process keeps up in the background, for everybody who needs it.
//!
//! The supervisor (`xtask stack run`) writes `stack.json` once everything is ready and removes
//! it when it stops; the lock on its folder shows whether it is still alive. Test processes hold a
//! shared lock on `users.lock`, so that it can stop by itself when no one is left.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use crate::{
    Endpoints, StackError,
    lock::LOCK_FILE,
    pids,
    private_files::{make_dir, open_log, write_secret},
};

const STATE_FILE: &str = "stack.json";
const USERS_FILE: &str = "users.lock";
/// Kafka's jars may have to be fetched first.
const START_TIMEOUT: Duration = Duration::from_secs(300);
const PAUSE: Duration = Duration::from_millis(50);

/// What a supervisor says about its stack.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StackState {
    /// The supervisor's process id.
    pub supervisor_pid: u32,
    /// Where clients find the servers.
    pub endpoints: Endpoints,
    /// Process ids of the servers by name, as they were when everything was ready.
    pub pids: Vec<(String, u32)>,
}

impl StackState {
    /// Reads the state of a stack that is ready; `None` if there is none.
    pub fn read(dir: &Path) -> Option<Self> {
        let text = fs::read_to_string(dir.join(STATE_FILE)).ok()?;
        let state: Self = serde_json::from_str(&text).ok()?;
        // A supervisor that was killed leaves its file to the next one, which may be starting.
        let is_current = supervisor_pid(dir) == Some(state.supervisor_pid);
        (is_current && pids::is_running(state.supervisor_pid)).then_some(state)
    }

    /// Announces that the stack is ready. The addresses hold a password.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be written.
    pub fn write(&self, dir: &Path) -> Result<(), StackError> {
        let path = dir.join(STATE_FILE);
        let text = serde_json::to_string_pretty(self).map_err(std::io::Error::other);
        write_secret(&path, text.map_err(StackError::file("write", &path))?.as_bytes())
    }

    /// Announces that the stack is going away.
    pub fn remove(dir: &Path) {
        let _ = fs::remove_file(dir.join(STATE_FILE));
    }
}

/// Returns whether a supervisor has this folder.
pub fn supervisor_lives(dir: &Path) -> bool {
    // While one has it, no one else can lock the file, not even for reading.
    File::open(dir.join(LOCK_FILE)).is_ok_and(|file| file.try_lock_shared().is_err())
}

/// The supervisor's process id, if one has this folder.
pub fn supervisor_pid(dir: &Path) -> Option<u32> {
    if !supervisor_lives(dir) {
        return None;
    }
    fs::read_to_string(dir.join(LOCK_FILE)).ok()?.trim().parse().ok()
}

/// A claim on a background stack, which does not stop by itself while anybody holds one.
#[derive(Debug)]
pub struct Claim(#[expect(dead_code, reason = "the open file is the lock")] File);

impl Claim {
    /// Claims the stack of this folder, waiting while it stops.
    ///
    /// # Errors
    ///
    /// Returns an error if the lock file cannot be used.
    pub fn take(dir: &Path) -> Result<Self, StackError> {
        let (file, path) = open_users_file(dir)?;
        file.lock_shared().map_err(StackError::file("lock", path))?;
        Ok(Self(file))
    }

    /// Takes the folder for good if no one else claims it; held while stopping.
    pub fn nobody_else(dir: &Path) -> Option<Self> {
        let (file, _) = open_users_file(dir).ok()?;
        file.try_lock().is_ok().then(|| Self(file))
    }
}

fn open_users_file(dir: &Path) -> Result<(File, PathBuf), StackError> {
    make_dir(dir)?;
    let path = dir.join(USERS_FILE);
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(StackError::file("open", &path))?;
    Ok((file, path))
}

/// Returns the stack of this folder, starting its supervisor first if there is none.
///
/// Blocks. Several processes may call it at once.
///
/// # Errors
///
/// Returns an error with the end of the supervisor's log if it ended or was not ready in time.
pub fn ensure(dir: &Path, supervisor: &Path, args: &[&str]) -> Result<StackState, StackError> {
    make_dir(&dir.join("logs"))?;
    let start_lock_path = dir.join("start.lock");
    let start_lock =
        File::create(&start_lock_path).map_err(StackError::file("create", &start_lock_path))?;
    start_lock.lock().map_err(StackError::file("lock", &start_lock_path))?;

    let log = dir.join("logs").join("supervisor.log");
    let mut child = None;
    let deadline = Instant::now() + START_TIMEOUT;
    while Instant::now() < deadline {
        if let Some(state) = StackState::read(dir) {
            return Ok(state);
        }
        match &mut child {
            None if !supervisor_lives(dir) => child = Some(detach(supervisor, args, dir, &log)?),
            None => {} // one is starting or stopping
            Some(process) => {
                if let Ok(Some(status)) = process.try_wait() {
                    return Err(ended(&log, &status.to_string()));
                }
            }
        }
        #[expect(clippy::disallowed_methods, reason = "a blocking function, as its name says")]
        std::thread::sleep(PAUSE);
    }
    Err(ended(&log, "not ready in time"))
}

/// Starts the supervisor in a session of its own, so that it outlives us and our terminal.
fn detach(
    supervisor: &Path,
    args: &[&str],
    dir: &Path,
    log: &Path,
) -> Result<std::process::Child, StackError> {
    let (output, errors) = (open_log(log)?, open_log(log)?);
    Command::new("setsid")
        .arg(supervisor)
        .args(["stack", "run", "--dir"])
        .arg(dir)
        .args(args)
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors)
        .spawn()
        .map_err(StackError::file("start", supervisor))
}

fn ended(log: &Path, status: &str) -> StackError {
    StackError::Ended {
        name: "the supervisor of the background stack".to_owned(),
        status: status.to_owned(),
        log: log.to_path_buf(),
        tail: crate::process::tail_of(log),
    }
}
