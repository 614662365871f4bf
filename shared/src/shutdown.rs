//! Stopping in steps: after the first signal, a process may go on serving for a moment, until nobody
//! new is sent to it; then tasks stop between two pieces of work; a second signal, or the end of the
//! grace period, drops what is left.

use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Tells the tasks of a process when to stop, and waits for them.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    leaving: CancellationToken,
    soft: CancellationToken,
    hard: CancellationToken,
    tasks: TaskTracker,
}

impl Shutdown {
    /// Returns the token that is cancelled when the process is about to stop: it still serves, and
    /// asks to be sent nobody new.
    #[must_use]
    pub fn leaving(&self) -> CancellationToken {
        self.leaving.clone()
    }

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

    /// Makes the process leave, as the first signal does.
    pub fn leave(&self) {
        self.leaving.cancel();
    }

    /// Starts the soft stop at once.
    pub fn begin(&self) {
        self.leaving.cancel();
        self.soft.cancel();
    }

    /// Waits for a signal or for [`begin`](Self::begin), then at most `grace` for the tasks.
    pub async fn wait(&self, grace: Duration) {
        self.wait_as_lame_duck(Duration::ZERO, grace).await;
    }

    /// As [`wait`](Self::wait), but everything goes on for `lame_duck` after the first signal, unless
    /// another one comes.
    pub async fn wait_as_lame_duck(&self, lame_duck: Duration, grace: Duration) {
        tokio::select! {
            () = next_signal() => {}
            () = self.leaving.cancelled() => {}
        }
        self.leaving.cancel();
        if !lame_duck.is_zero() {
            tracing::info!("leaving: serving on for {lame_duck:?}");
            tokio::select! {
                () = next_signal() => {}
                () = self.soft.cancelled() => {}
                () = tokio::time::sleep(lame_duck) => {}
            }
        }
        tracing::info!("stopping: finishing the work in progress");
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[tokio::test]
    async fn who_leaves_goes_on_for_a_moment_and_then_stops() {
        let shutdown = Shutdown::default();
        let (lame_duck, grace) = (Duration::from_millis(500), Duration::from_secs(5));
        let (inner, begun) = (shutdown.clone(), Instant::now());
        let waiting = tokio::spawn(async move { inner.wait_as_lame_duck(lame_duck, grace).await });
        shutdown.leave();
        assert!(shutdown.leaving().is_cancelled());
        shutdown.soft().cancelled().await;
        assert!(begun.elapsed() >= lame_duck, "{:?}", begun.elapsed());
        waiting.await.unwrap();
        assert!(shutdown.soft().is_cancelled() && shutdown.hard().is_cancelled());
    }
}
