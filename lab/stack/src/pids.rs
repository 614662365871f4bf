//! What `/proc` says about processes that may not be children of ours.

use std::{fs, path::Path, time::Duration};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::time::{Instant, sleep};

/// Returns whether a process runs; one that only waits to be collected does not.
pub(crate) fn is_running(pid: u32) -> bool {
    state_and_parent(pid).is_some_and(|(state, _)| state != 'Z' && state != 'X')
}

/// The direct children of a process.
pub(crate) fn children_of(pid: u32) -> Vec<u32> {
    all_pids()
        .filter(|&child| state_and_parent(child).is_some_and(|(_, parent)| parent == pid))
        .collect()
}

/// Running processes of a program whose working directory is this folder.
///
/// Each server works in its data folder, so this finds what an earlier supervisor left there,
/// children that changed their parent included.
pub(crate) fn working_in(folder: &Path, program: &str) -> Vec<u32> {
    let Ok(folder) = folder.canonicalize() else { return Vec::new() };
    all_pids()
        .filter(|pid| fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == folder))
        .filter(|pid| {
            let comm = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
            // The kernel keeps the first 15 bytes of a name.
            let comm = comm.trim_end();
            !comm.is_empty() && program.starts_with(comm)
        })
        .filter(|&pid| is_running(pid))
        .collect()
}

fn all_pids() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten();
    entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// Sends a signal; a process that has already gone is fine.
pub(crate) fn send(pid: u32, signal: Signal) {
    if let Ok(pid) = i32::try_from(pid) {
        let _ = kill(Pid::from_raw(pid), signal);
    }
}

/// Waits until none of these processes runs; returns whether they ended in time.
pub(crate) async fn wait_gone(pids: &[u32], at_most: Duration) -> bool {
    wait_for_none(pids, is_running, at_most).await
}

/// Waits until each of these processes stands still or is gone; returns whether that came in time.
pub(crate) async fn wait_still(pids: &[u32], at_most: Duration) -> bool {
    wait_for_none(pids, moves, at_most).await
}

async fn wait_for_none(pids: &[u32], is_so: fn(u32) -> bool, at_most: Duration) -> bool {
    let deadline = Instant::now() + at_most;
    while pids.iter().any(|&pid| is_so(pid)) {
        if Instant::now() >= deadline {
            return false;
        }
        sleep(Duration::from_millis(10)).await;
    }
    true
}

fn moves(pid: u32) -> bool {
    state_and_parent(pid).is_some_and(|(state, _)| !matches!(state, 'T' | 'Z' | 'X'))
}

/// State letter and parent from `/proc/<pid>/stat`, whose second field may hold anything.
fn state_and_parent(pid: u32) -> Option<(char, u32)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace();
    Some((fields.next()?.chars().next()?, fields.next()?.parse().ok()?))
}
