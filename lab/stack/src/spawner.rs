//! The one thread that starts all children.
//!
//! The kernel sends the parent-death signal when the *thread* that started a child ends, not
//! when its process does. A child started from a runtime's worker or a test's thread would die
//! with that thread, so all are started from this one, which lives as long as the process.

use std::{
    io,
    process::{Child, Command},
    sync::{LazyLock, Mutex, PoisonError, mpsc},
    thread,
};

type Job = (Command, mpsc::Sender<io::Result<Child>>);

static SPAWNER: LazyLock<Mutex<mpsc::Sender<Job>>> = LazyLock::new(|| {
    let (jobs, inbox) = mpsc::channel::<Job>();
    thread::Builder::new()
        .name("spawner".to_owned())
        .spawn(move || {
            for (mut command, answer) in inbox {
                // A caller that has gone away leaves a child that dies with this process.
                let _ = answer.send(command.spawn());
            }
        })
        .expect("the system can start one more thread");
    Mutex::new(jobs)
});

/// Starts a child that gets its parent-death signal only when this process ends.
pub(crate) fn spawn(command: Command) -> io::Result<Child> {
    let (answer, result) = mpsc::channel();
    SPAWNER
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .send((command, answer))
        .map_err(io::Error::other)?;
    result.recv().map_err(io::Error::other)?
}
