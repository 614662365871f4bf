//! One supervised process that can be killed and started again the same way.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use nix::sys::signal::Signal;
use parking_lot::{Mutex, MutexGuard};
use tokio::time::{Instant, sleep};

use crate::{
    Env, StackError, pids, ports,
    probe::Probe,
    process::{Launch, Process},
};

/// How long a killed process may take to vanish.
const KILL_TIMEOUT: Duration = Duration::from_secs(10);
/// How long leftovers of a supervisor that died may take to end by their death signal.
const LEFTOVER_GRACE: Duration = Duration::from_secs(2);
const PROBE_PAUSE: Duration = Duration::from_millis(25);

/// A launch, the process that it led to, and how to end that gracefully.
#[derive(Debug)]
pub(crate) struct Managed {
    launch: Mutex<Launch>,
    stop_signal: Signal,
    stop_grace: Duration,
    current: Mutex<Option<Arc<Process>>>,
}

impl Managed {
    pub(crate) fn new(launch: Launch, stop_signal: Signal, stop_grace: Duration) -> Self {
        Self { launch: Mutex::new(launch), stop_signal, stop_grace, current: Mutex::new(None) }
    }

    /// Starts the process unless it runs.
    ///
    /// What an earlier supervisor left running on the same data is ended first: a Postgres backend
    /// that still holds the shared memory, or a broker on the port, would make the start fail.
    pub(crate) async fn start(&self) -> Result<(), StackError> {
        if self.is_running() {
            return Ok(());
        }
        let launch = self.launch().clone();
        reap_leftovers(&launch).await?;
        launch.remove_stale_lock();
        *self.current.lock() = Some(Arc::new(launch.spawn()?));
        Ok(())
    }

    /// Starts the process unless somebody else has its port; returns whether it was started.
    pub(crate) async fn start_when_port_is_free(&self, port: u16) -> Result<bool, StackError> {
        let launch = self.launch().clone();
        reap_leftovers(&launch).await?;
        if !ports::is_free(port) {
            return Ok(false);
        }
        self.start().await.map(|()| true)
    }

    /// The process id while it runs.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.running().map(|process| process.pid())
    }

    pub(crate) fn is_running(&self) -> bool {
        self.running().is_some()
    }

    /// How it ended, if it was started and has ended without being asked.
    pub(crate) fn ended(&self) -> Option<String> {
        let process = self.current.lock().clone()?;
        process.exited().map(|status| status.to_string())
    }

    /// Kills the process and its children with `kill -9` and waits until all are gone.
    pub(crate) async fn kill9(&self) -> Result<(), StackError> {
        let Some(process) = self.current.lock().take() else { return Ok(()) };
        let family = kill_family(&process);
        let gone = process.wait(KILL_TIMEOUT).await && pids::wait_gone(&family, KILL_TIMEOUT).await;
        if gone { Ok(()) } else { Err(self.still_running(&process, KILL_TIMEOUT)) }
    }

    /// Asks the process to end, waits for its grace period, then kills it.
    pub(crate) async fn stop(&self) -> Result<(), StackError> {
        let Some(process) = self.running() else {
            self.current.lock().take();
            return Ok(());
        };
        let family = pids::children_of(process.pid());
        process.signal(self.stop_signal);
        if !process.wait(self.stop_grace).await {
            tracing::warn!(name = %self.launch().name, "did not stop in time; killing it");
            return self.kill9().await;
        }
        self.current.lock().take();
        pids::wait_gone(&family, KILL_TIMEOUT).await;
        Ok(())
    }

    /// Probes until the process is ready, has ended, or the time is up.
    pub(crate) async fn wait_ready(
        &self,
        at_most: Duration,
        probe: &Probe,
    ) -> Result<(), StackError> {
        let deadline = Instant::now() + at_most;
        loop {
            if !self.is_running() {
                return Err(self.not_running());
            }
            let detail = match probe.ask().await {
                Ok(()) => return Ok(()),
                Err(detail) => detail,
            };
            if Instant::now() >= deadline {
                let launch = self.launch();
                let (name, log) = (launch.name.clone(), launch.log.clone());
                return Err(StackError::NotReady { name, waited: at_most, detail, log });
            }
            sleep(PROBE_PAUSE).await;
        }
    }

    /// Changes the environment of the next start.
    pub(crate) fn set_env(&self, changes: Env) {
        self.launch().env.extend(changes);
    }

    /// Changes the program of the next start.
    pub(crate) fn set_program(&self, program: PathBuf) {
        self.launch().program = program;
    }

    pub(crate) fn launch(&self) -> MutexGuard<'_, Launch> {
        self.launch.lock()
    }

    fn running(&self) -> Option<Arc<Process>> {
        self.current.lock().clone().filter(|process| process.exited().is_none())
    }

    fn not_running(&self) -> StackError {
        let status = self.ended().unwrap_or_else(|| "it was stopped".to_owned());
        let launch = self.launch();
        StackError::Ended {
            name: launch.name.clone(),
            status,
            log: launch.log.clone(),
            tail: launch.log_tail(),
        }
    }

    fn still_running(&self, process: &Process, waited: Duration) -> StackError {
        StackError::StillRunning { name: self.launch().name.clone(), pid: process.pid(), waited }
    }
}

impl Drop for Managed {
    /// Ends what a failed test or an early return left running.
    fn drop(&mut self) {
        if let Some(process) = self.running() {
            kill_family(&process);
        }
    }
}

/// Kills a process and those that it started; Postgres backends lead sessions of their own, so
/// killing the process group would miss them.
fn kill_family(process: &Process) -> Vec<u32> {
    let children = pids::children_of(process.pid());
    process.signal(Signal::SIGKILL);
    for &child in &children {
        pids::send(child, Signal::SIGKILL);
    }
    children
}

/// Ends processes of the same program that still work in this folder.
async fn reap_leftovers(launch: &Launch) -> Result<(), StackError> {
    let program = launch.program.file_name().unwrap_or_default().to_string_lossy();
    let leftovers = pids::working_in(&launch.dir, &program);
    if leftovers.is_empty() || pids::wait_gone(&leftovers, LEFTOVER_GRACE).await {
        return Ok(());
    }
    tracing::warn!(name = %launch.name, ?leftovers, "ending what an earlier run left behind");
    for &pid in &leftovers {
        pids::send(pid, Signal::SIGKILL);
    }
    if pids::wait_gone(&leftovers, KILL_TIMEOUT).await {
        return Ok(());
    }
    let (name, pid) = (launch.name.clone(), leftovers[0]);
    Err(StackError::StillRunning { name, pid, waited: KILL_TIMEOUT })
}

/// Makes a folder with all its parents.
pub(crate) fn make_dir(path: &Path) -> Result<(), StackError> {
    fs::create_dir_all(path).map_err(StackError::file("create", path))
}
