//! One supervised process that can be killed and started again the same way.

use std::{path::PathBuf, sync::Arc, time::Duration};

use nix::sys::signal::Signal;
use parking_lot::{Mutex, MutexGuard};
use tokio::time::{Instant, sleep};

use crate::{
    Env, StackError,
    family::{self, KILL_TIMEOUT},
    pids, ports,
    probe::Probe,
    process::{Launch, Process},
};

/// How long a process may take to stand still.
const FREEZE_TIMEOUT: Duration = Duration::from_secs(10);
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
        family::reap_leftovers(&launch).await?;
        launch.remove_stale_lock();
        *self.current.lock() = Some(Arc::new(launch.spawn()?));
        Ok(())
    }

    /// Starts the process unless somebody else has its port; returns whether it was started.
    pub(crate) async fn start_when_port_is_free(&self, port: u16) -> Result<bool, StackError> {
        let launch = self.launch().clone();
        family::reap_leftovers(&launch).await?;
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
        let family = family::signal(&process, Signal::SIGKILL);
        let gone = process.wait(KILL_TIMEOUT).await && pids::wait_gone(&family, KILL_TIMEOUT).await;
        if gone { Ok(()) } else { Err(self.still_running(&process, KILL_TIMEOUT)) }
    }

    /// Makes the process and its children stand still where they are, with SIGSTOP; returns when
    /// all do. Their connections stay open, and nothing comes from them.
    pub(crate) async fn freeze(&self) -> Result<(), StackError> {
        let process = self.running().ok_or_else(|| self.not_running())?;
        if family::freeze(&process, FREEZE_TIMEOUT).await {
            return Ok(());
        }
        Err(self.still_running(&process, FREEZE_TIMEOUT))
    }

    /// Lets what was frozen go on, with SIGCONT.
    pub(crate) fn thaw(&self) -> Result<(), StackError> {
        let process = self.running().ok_or_else(|| self.not_running())?;
        family::signal(&process, Signal::SIGCONT);
        Ok(())
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
            family::signal(&process, Signal::SIGKILL);
        }
    }
}
