//! Stopping in two steps: after the first signal, tasks stop between two pieces of work; a second
//! signal, or the end of the grace period, drops what is left.

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
    /// Returns the token that is cancelled when no new work may be started.
    #[must_use]
    pub fn soft(&self) -> CancellationToken {
        self.soft.clone()
    }

    /// Returns the token that is cancelled when unfinished work must be dropped.
    #[must_use]
    pub fn hard(&self) -> CancellationToken {
        self.hard.clone()
    }

    /// Spawns a task that the process waits for before it exits.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    /// Starts the soft stop, as the first signal does.
    pub fn begin(&self) {
        self.soft.cancel();
    }

    /// Waits for a signal or for [`begin`](Self::begin), then at most `grace` for the tasks.
    pub async fn wait(&self, grace: Duration) {
        tokio::select! {
            () = next_signal() => tracing::info!("stopping: finishing the work in progress"),
            () = self.soft.cancelled() => {}
        }
        self.soft.cancel();
        self.tasks.close();
        tokio::select! {
            () = self.tasks.wait() => tracing::info!("stopped: all work finished"),
            () = next_signal() => tracing::warn!("second signal: dropping unfinished work"),
            () = tokio::time::sleep(grace) => tracing::warn!("grace over: dropping unfinished work"),
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
