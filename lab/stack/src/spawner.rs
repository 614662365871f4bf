//! The one thread that starts all children.
//!
//! The kernel sends the parent-death signal when the *thread* that started a child ends, not
//! when its process does. A child started from a runtime's worker or a test's thread would die
//! with that thread, so all are started from this one, which lives as long as the process.
//!
//! Until it runs its own program a child has copies of all our files, sockets that listen among
//! them: a port that is closed meanwhile stays taken for a moment. The kernel lets the parent go on
//! some steps before it closes them for the child, so we wait for that.

use std::{
    io::{self, Read},
    process::{Child, Command, Output, Stdio},
    sync::{LazyLock, mpsc},
    thread,
};

use parking_lot::Mutex;
use rustix::io::fcntl_dupfd_cloexec;

/// Above the files that a process has open which starts children: theirs are closed by number.
const LAST_FILE: i32 = 1_000;

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
                let started = begin(|| command.spawn());
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

/// Starts a child and returns once it has none of our files left.
fn begin<C>(start: impl FnOnce() -> io::Result<C>) -> io::Result<C> {
    while_none_begins(|| {
        let (mut reader, writer) = io::pipe()?;
        let last = fcntl_dupfd_cloexec(&writer, LAST_FILE)?;
        drop(writer);
        let child = start()?;
        drop(last);
        // Ends when the child's copy is closed, the last of all.
        reader.read_to_end(&mut Vec::new())?;
        Ok(child)
    })
}

/// The same as [`output_of`], for threads that may wait.
pub(crate) fn output_of_blocking(command: &mut Command) -> io::Result<Output> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    begin(|| command.spawn())?.wait_with_output()
}

/// Runs a command to its end, without input, and returns what it said.
///
/// # Errors
///
/// Returns an error if it cannot be started or waited for.
pub async fn output_of(command: &mut tokio::process::Command) -> io::Result<Output> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = begin(|| command.spawn())?;
    child.wait_with_output().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports;
    use std::net::TcpListener;

    #[test]
    fn a_child_that_has_begun_keeps_no_port_taken() {
        let port = ports::reserve().unwrap();
        for _ in 0..2_000 {
            let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
            let mut child = spawn(Command::new("true")).unwrap();
            let is_free = while_none_begins(|| {
                drop(listener);
                ports::is_free(port)
            });
            child.wait().unwrap();
            assert!(is_free);
        }
    }
}
