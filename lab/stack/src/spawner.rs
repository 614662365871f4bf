//! The one thread that starts all children.
//!
//! The kernel sends the parent-death signal when the *thread* that started a child ends, not
//! when its process does. A child started from a runtime's worker or a test's thread would die
//! with that thread, so all are started from this one, which lives as long as the process.

use std::{
    io,
    process::{Child, Command},
    sync::{LazyLock, mpsc},
    thread,
};

use parking_lot::Mutex;

/// A command to start, and where its child is wanted.
type SpawnJob = (Command, mpsc::Sender<io::Result<Child>>);

static SPAWNER: LazyLock<Mutex<mpsc::Sender<SpawnJob>>> = LazyLock::new(|| {
    let (jobs, inbox) = mpsc::channel::<SpawnJob>();
    thread::Builder::new()
        .name("spawner".to_owned())
        .spawn(move || {
            for (mut command, answer) in inbox {
                // If the caller has gone away, the child still ends with this process.
                let _ = answer.send(command.spawn());
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
