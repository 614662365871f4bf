//! The locks of one role, kept by a task of its own for as long as the process is awake.

use crate::causes::with_causes;
use anyhow::Context as _;
use database::{DatabaseError, PgPool, workers::lock_session::LockSession};
use shared::telemetry::CounterName;
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::Mutex,
    time::{Instant, MissedTickBehavior, error::Elapsed, interval, timeout},
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

/// Time between two pings: with [`ANSWER`], less than a session may be silent for.
const PING_EVERY: Duration = Duration::from_millis(1500);
/// How long Postgres may take to answer before the session counts as lost.
const ANSWER: Duration = Duration::from_secs(3);

/// The session that holds a role's locks, and the task that keeps it from falling silent.
///
/// The task waits for nothing but Postgres, so that the locks stay for as long as the process
/// runs, and no longer.
pub(super) struct Locks {
    shared: Arc<Shared>,
    _pinging: AbortOnDropHandle<()>,
}

struct Shared {
    role: &'static str,
    /// `None` once it is lost or closed.
    session: Mutex<Option<LockSession>>,
    /// Cancelled when it is lost.
    work: CancellationToken,
}

impl Locks {
    /// Opens a session for the locks of a role. `soft` stops the work under them, too.
    pub(super) async fn open(
        role: &'static str,
        pool: &PgPool,
        soft: &CancellationToken,
    ) -> anyhow::Result<Self> {
        let session = timeout(ANSWER, LockSession::open(pool, role)).await;
        let session = session.context("Postgres did not answer in time")??;
        let shared =
            Arc::new(Shared { role, session: Mutex::new(Some(session)), work: soft.child_token() });
        let pinging = keep(Arc::clone(&shared));
        let pinging = tokio::spawn(Arc::clone(&shared).lose_with(pinging));
        Ok(Self { shared, _pinging: AbortOnDropHandle::new(pinging) })
    }

    /// Returns the token of a piece of work, cancelled as soon as the locks are known to be lost.
    pub(super) fn work_token(&self) -> CancellationToken {
        self.shared.work.child_token()
    }

    pub(super) async fn are_lost(&self) -> bool {
        self.shared.session.lock().await.is_none()
    }

    /// Counts the instances that share the work of the role; `None` once the locks are lost.
    pub(super) async fn n_members(&self) -> Option<usize> {
        let mut session = self.shared.session.lock().await;
        let answer = timeout(ANSWER, session.as_mut()?.n_members()).await;
        self.shared.heard(&mut session, answer)
    }

    /// Takes the locks of these names that nobody has, at most `limit`; returns which.
    pub(super) async fn take(&self, names: &[String], limit: usize) -> Vec<String> {
        let mut session = self.shared.session.lock().await;
        let Some(open) = session.as_mut() else { return Vec::new() };
        let answer = timeout(ANSWER, open.take(names, limit)).await;
        self.shared.heard(&mut session, answer).unwrap_or_default()
    }

    /// Gives locks back; those of a lost session are free already.
    pub(super) async fn give_back(&self, names: &[String]) {
        let mut session = self.shared.session.lock().await;
        let Some(open) = session.as_mut() else { return };
        let answer = timeout(ANSWER, open.give_back(names)).await;
        self.shared.heard(&mut session, answer);
    }

    /// Gives all locks back.
    pub(super) async fn close(self) {
        let session = self.shared.session.lock().await.take();
        if let Some(session) = session {
            // A server that is away has given them back by itself.
            let _ = timeout(ANSWER, session.close()).await;
        }
    }
}

async fn keep(shared: Arc<Shared>) {
    let mut ticks = interval(PING_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut asked_at = Instant::now();
    loop {
        ticks.tick().await;
        let asked_before = std::mem::replace(&mut asked_at, Instant::now());
        if !shared.ping(asked_before).await {
            return;
        }
    }
}

impl Shared {
    /// Runs the task that keeps the session; one that panics has lost it, since nobody would notice
    /// that this process stood still.
    async fn lose_with(self: Arc<Self>, pinging: impl Future<Output = ()> + Send + 'static) {
        let Err(error) = AbortOnDropHandle::new(tokio::spawn(pinging)).await else { return };
        CounterName::WorkerPanics.get().increment(1);
        // At once: the session may be waiting for an answer.
        self.work.cancel();
        let mut session = self.session.lock().await;
        self.lose(&mut session, &with_causes(error));
    }

    /// Asks for a sign of life; returns whether the locks are still there.
    async fn ping(&self, asked_before: Instant) -> bool {
        let mut session = self.session.lock().await;
        let Some(open) = session.as_mut() else { return false };
        let answer = timeout(ANSWER, open.ping()).await;
        if self.heard(&mut session, answer).is_none() {
            return false;
        }
        // The answer may have lain there since before the process was frozen.
        if asked_before.elapsed() > LockSession::MAX_SILENCE {
            self.lose(&mut session, "this process stood still for too long");
            return false;
        }
        true
    }

    /// Returns what Postgres answered. A session that fails once is given up: what it still holds
    /// is not known.
    fn heard<T>(
        &self,
        session: &mut Option<LockSession>,
        answer: Result<Result<T, DatabaseError>, Elapsed>,
    ) -> Option<T> {
        match answer {
            Ok(Ok(answer)) => return Some(answer),
            Ok(Err(error)) => self.lose(session, &with_causes(error)),
            Err(_) => self.lose(session, "Postgres did not answer in time"),
        }
        None
    }

    /// Stops the work and closes the connection, so that others can have the locks.
    fn lose(&self, session: &mut Option<LockSession>, error: &str) {
        let role = self.role;
        self.work.cancel();
        *session = None;
        tracing::warn!(role, error, "lost the locks of role {role}; stopping its work");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the work goes on after this task.
    async fn goes_on_after(pinging: impl Future<Output = ()> + Send + 'static) -> bool {
        let work = CancellationToken::new();
        let shared = Shared { role: "test", session: Mutex::new(None), work: work.clone() };
        Arc::new(shared).lose_with(pinging).await;
        !work.is_cancelled()
    }

    #[tokio::test]
    async fn work_does_not_go_on_without_a_ping() {
        assert!(!goes_on_after(async { panic!("a ping that breaks off") }).await);
    }

    #[tokio::test]
    async fn a_ping_that_ends_has_told_the_work_itself() {
        assert!(goes_on_after(async {}).await);
    }
}
