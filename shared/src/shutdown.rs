//! Stopping in two steps: the first signal asks for an end between two pieces of work, the second
//! one (or the end of the grace time) drops what is left.

use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Tells the tasks of a process when to stop, and waits for them.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    soft: CancellationToken,
    hard: CancellationToken,
    tasks: TaskTracker,
}

impl Shutdown {
    /// Cancelled when no new work may be taken.
    #[must_use]
    pub fn soft(&self) -> CancellationToken {
        self.soft.clone()
    }

    /// Cancelled when everything must be let go.
    #[must_use]
    pub fn hard(&self) -> CancellationToken {
        self.hard.clone()
    }

    /// Runs a task that the process waits for before it ends.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    /// Asks for an end, as the first signal does.
    pub fn begin(&self) {
        self.soft.cancel();
    }

    /// Waits for a signal or for [`begin`](Self::begin), then at most `grace` for the tasks.
    pub async fn wait(&self, grace: Duration) {
        tokio::select! {
            () = next_signal() => tracing::info!("stopping: taking no new work"),
            () = self.soft.cancelled() => {}
        }
        self.soft.cancel();
        self.tasks.close();
        tokio::select! {
            () = self.tasks.wait() => tracing::info!("stopped: all work finished"),
            () = next_signal() => tracing::warn!("second signal: dropping what is left"),
            () = tokio::time::sleep(grace) => tracing::warn!("grace time over: dropping what is left"),
        }
        self.hard.cancel();
    }
}

/// Waits for SIGTERM or SIGINT.
async fn next_signal() {
    let (Ok(mut term), Ok(mut int)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        tracing::error!("cannot listen for signals; stop this process with SIGKILL");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
}
