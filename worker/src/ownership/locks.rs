//! The locks of one role, kept by a task of its own for as long as the process is awake.

use crate::causes::with_causes;
use anyhow::Context as _;
use database::{DatabaseError, PgPool, workers::lock_session::LockSession};
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
        let session = timeout(ANSWER, LockSession::open(pool)).await;
        let session = session.context("Postgres did not answer in time")??;
        let shared =
            Arc::new(Shared { role, session: Mutex::new(Some(session)), work: soft.child_token() });
        let pinging = tokio::spawn(keep(Arc::clone(&shared)));
        Ok(Self { shared, _pinging: AbortOnDropHandle::new(pinging) })
    }

    /// Returns the token of a piece of work, cancelled as soon as the locks are known to be lost.
    pub(super) fn work_token(&self) -> CancellationToken {
        self.shared.work.child_token()
    }

    pub(super) async fn are_lost(&self) -> bool {
        self.shared.session.lock().await.is_none()
    }

    /// Takes a lock, unless somebody else has it.
    pub(super) async fn try_lock(&self, name: &str) -> bool {
        let mut session = self.shared.session.lock().await;
        let Some(open) = session.as_mut() else { return false };
        let answer = timeout(ANSWER, open.try_lock(name)).await;
        self.shared.heard(&mut session, answer).unwrap_or(false)
    }

    /// Gives a lock back; one of a lost session is free already.
    pub(super) async fn unlock(&self, name: &str) {
        let mut session = self.shared.session.lock().await;
        let Some(open) = session.as_mut() else { return };
        let answer = timeout(ANSWER, open.unlock(name)).await;
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
