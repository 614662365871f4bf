//! Processes of a benchmark, and what they use.

use anyhow::Context as _;
use nix::sys::{
    resource::{Resource, UsageWho, getrlimit, getrusage, setrlimit},
    time::TimeVal,
};
use std::{fs, time::Duration};
use tokio::process::{Child, Command};

/// Linux counts in these for user space, whatever the kernel's own tick is.
const TICKS_PER_SECOND: f64 = 100.0;

/// Lets this process, and those that it starts, open as many files as the system grants: a socket
/// for each shopper is more than a shell allows.
pub(crate) fn raise_file_limit() -> anyhow::Result<()> {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    Ok(setrlimit(Resource::RLIMIT_NOFILE, most, most)?)
}

/// CPU that this process has used.
pub(crate) fn own_cpu() -> anyhow::Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let time = |time: TimeVal| {
        Duration::from_secs(time.tv_sec().unsigned_abs())
            + Duration::from_micros(time.tv_usec().unsigned_abs())
    };
    Ok(time(usage.user_time()) + time(usage.system_time()))
}

/// CPU that a process and its present children have used, in steps of 10 ms.
pub(crate) fn cpu_with_children(pid: u32) -> anyhow::Result<Duration> {
    let mut total = ticks(pid)?.0;
    for entry in fs::read_dir("/proc")?.flatten() {
        let Some(child) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok())
        else {
            continue;
        };
        // A process that ends while we look does not matter.
        if let Ok((used, parent)) = ticks(child)
            && parent == pid
        {
            total += used;
        }
    }
    Ok(Duration::from_secs_f64(total as f64 / TICKS_PER_SECOND))
}

/// Ticks used by a process and its children that have ended, and its parent.
fn ticks(pid: u32) -> anyhow::Result<(u64, u32)> {
    const UNREADABLE: &str = "cannot read a process's stat file";
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name stands in brackets and may hold anything.
    let (_, rest) = stat.rsplit_once(')').context(UNREADABLE)?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let number = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok());
    let used: Option<u64> = (11..15).map(number).sum();
    let parent = number(1).and_then(|parent| u32::try_from(parent).ok());
    Ok((used.context(UNREADABLE)?, parent.context(UNREADABLE)?))
}

/// CPU that all present threads of a process have used, to the microsecond. Those of its children
/// are left out.
pub(crate) fn cpu_of_threads(pid: u32) -> anyhow::Result<Duration> {
    let entries = fs::read_dir(format!("/proc/{pid}/task"))?.flatten();
    // A thread that ends while we look does not matter.
    let stats = entries.filter_map(|entry| fs::read_to_string(entry.path().join("schedstat")).ok());
    let used = stats.filter_map(|stat| stat.split_whitespace().next()?.parse::<u64>().ok());
    let total = used.reduce(|sum, used| sum + used);
    Ok(Duration::from_nanos(total.context("this kernel does not say what a thread has used")?))
}

/// Memory that a process has had at its peak, in bytes.
pub(crate) fn peak_memory(pid: u32) -> anyhow::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    Ok(kib.context("cannot read a process's memory")? * 1024)
}

/// The command that starts another process of this program.
pub(crate) fn this_program() -> anyhow::Result<Command> {
    Ok(Command::new(std::env::current_exe()?))
}

/// Starts a process that is killed when its handle is dropped.
pub(crate) fn spawn(command: &mut Command) -> anyhow::Result<Child> {
    Ok(command.kill_on_drop(true).spawn()?)
}
