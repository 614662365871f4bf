//! Locks that say who works on what: advisory ones, which last as long as their session.

use crate::{DatabaseError, Doing, KEEPALIVE};
use sqlx::{Connection as _, PgConnection, PgPool};
use std::time::Duration;

/// A connection of its own that holds locks. They are given back when it is closed, dropped, lost,
/// or silent for too long.
#[derive(Debug)]
pub struct LockSession {
    connection: PgConnection,
}

impl LockSession {
    /// Postgres ends a session that asks nothing for this long.
    ///
    /// The kernel of a host answers keepalives even for a process that is frozen. Without this
    /// limit, such a process would keep its locks for as long as it exists.
    pub const MAX_SILENCE: Duration = Duration::from_secs(5);

    /// Connects to the database of a pool.
    ///
    /// # Errors
    ///
    /// Returns [`DatabaseError`] when the database is away.
    pub async fn open(pool: &PgPool) -> Result<Self, DatabaseError> {
        let max_silence_ms = Self::MAX_SILENCE.as_millis();
        let options = (*pool.connect_options())
            .clone()
            .options(KEEPALIVE)
            .options([("idle_session_timeout", max_silence_ms)]);
        let connection =
            PgConnection::connect_with(&options).await.doing("connect for holding locks")?;
        Ok(Self { connection })
    }

    /// Takes the lock of this name, unless another session has it; returns whether it did.
    ///
    /// # Errors
    ///
    /// Returns [`DatabaseError`] when the session is lost, and its locks with it.
    pub async fn try_lock(&mut self, name: &str) -> Result<bool, DatabaseError> {
        sqlx::query_scalar!(
            r#"select pg_try_advisory_lock(hashtextextended($1, 0)) as "locked!""#,
            name,
        )
        .fetch_one(&mut self.connection)
        .await
        .doing("take a lock")
    }

    /// Gives the lock of this name back; returns whether the session had it.
    ///
    /// # Errors
    ///
    /// Returns [`DatabaseError`] when the session is lost, and its locks with it.
    pub async fn unlock(&mut self, name: &str) -> Result<bool, DatabaseError> {
        sqlx::query_scalar!(
            r#"select pg_advisory_unlock(hashtextextended($1, 0)) as "unlocked!""#,
            name,
        )
        .fetch_one(&mut self.connection)
        .await
        .doing("give a lock back")
    }

    /// Breaks the silence.
    ///
    /// # Errors
    ///
    /// Returns [`DatabaseError`] when the session is lost, and its locks with it.
    pub async fn ping(&mut self) -> Result<(), DatabaseError> {
        self.connection.ping().await.doing("keep locks")
    }

    /// Gives all locks back.
    ///
    /// # Errors
    ///
    /// Returns [`DatabaseError`] when the session was lost before.
    pub async fn close(self) -> Result<(), DatabaseError> {
        self.connection.close().await.doing("give all locks back")
    }
}
