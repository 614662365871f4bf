//! A process and those that it started, and what an earlier supervisor left behind.
//!
//! Postgres backends lead sessions of their own, so signals to the process group would miss them.

use std::time::Duration;

use nix::sys::signal::Signal;

use crate::{
    StackError, pids,
    process::{Launch, Process},
};

/// How long a killed process may take to vanish.
pub(crate) const KILL_TIMEOUT: Duration = Duration::from_secs(10);
/// How long leftovers of a supervisor that died may take to end by their death signal.
const LEFTOVER_GRACE: Duration = Duration::from_secs(2);

/// Sends a signal to a process and to its children, which are returned.
pub(crate) fn signal(process: &Process, signal: Signal) -> Vec<u32> {
    let children = pids::children_of(process.pid());
    process.signal(signal);
    for &child in &children {
        pids::send(child, signal);
    }
    children
}

/// Makes a process and its children stand still; returns whether all did in time.
pub(crate) async fn freeze(process: &Process, at_most: Duration) -> bool {
    process.signal(Signal::SIGSTOP);
    // What stands still starts no more children.
    if !pids::wait_still(&[process.pid()], at_most).await {
        return false;
    }
    let children = signal(process, Signal::SIGSTOP);
    pids::wait_still(&children, at_most).await
}

/// Ends processes of the same program that still work in this folder.
pub(crate) async fn reap_leftovers(launch: &Launch) -> Result<(), StackError> {
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
