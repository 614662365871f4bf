//! The one thread that starts all children.
//!
//! The kernel sends the parent-death signal when the *thread* that started a child ends, not
//! when its process does. A child started from a runtime's worker or a test's thread would die
//! with that thread, so all are started from this one, which lives as long as the process.
//!
//! Until it runs its own program a child has copies of all our files, sockets that listen among
//! them: a port that is closed meanwhile stays taken for a moment.

use std::{
    io,
    process::{Child, Command, Output, Stdio},
    sync::{LazyLock, mpsc},
    thread,
};

use parking_lot::Mutex;

/// A command to start, and where its child is wanted.
type SpawnJob = (Command, mpsc::Sender<io::Result<Child>>);

/// Held while a child begins.
static BEGINNING: Mutex<()> = Mutex::new(());

static SPAWNER: LazyLock<Mutex<mpsc::Sender<SpawnJob>>> = LazyLock::new(|| {
    let (jobs, inbox) = mpsc::channel::<SpawnJob>();
    thread::Builder::new()
        .name("spawner".to_owned())
        .spawn(move || {
            for (mut command, answer) in inbox {
                let started = while_none_begins(|| command.spawn());
                // If the caller has gone away, the child still ends with this process.
                let _ = answer.send(started);
            }
        })
        .expect("the system can start one more thread");
    Mutex::new(jobs)
});

/// Starts a child that gets its parent-death signal only when this process ends.
pub(crate) fn spawn(command: Command) -> io::Result<Child> {
    let (answer, result) = mpsc::channel();
    SPAWNER.lock().send((command, answer)).map_err(io::Error::other)?;
    result.recv().map_err(io::Error::other)?
}

/// Does something at a time at which no child begins.
pub(crate) fn while_none_begins<T>(act: impl FnOnce() -> T) -> T {
    let _none_begins = BEGINNING.lock();
    act()
}

/// The same as [`output_of`], for threads that may wait.
pub(crate) fn output_of_blocking(command: &mut Command) -> io::Result<Output> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    while_none_begins(|| command.spawn())?.wait_with_output()
}

/// Runs a command to its end, without input, and returns what it said.
///
/// # Errors
///
/// Returns an error if it cannot be started or waited for.
pub async fn output_of(command: &mut tokio::process::Command) -> io::Result<Output> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = while_none_begins(|| command.spawn())?;
    child.wait_with_output().await
}
