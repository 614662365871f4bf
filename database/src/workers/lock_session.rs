//! Locks that say who works on what: advisory ones, which last as long as their session.

use crate::{DatabaseError, Doing, KEEPALIVE};
use sqlx::{Connection as _, PgConnection, PgPool};
use std::time::Duration;

/// A connection of its own that holds locks. They are given back when it is closed, dropped, lost,
/// or silent for too long.
///
/// Sessions that share work are a group. Who is alive in it is told by the same thing that keeps
/// the locks: a session that is gone holds nothing, and nothing is left for it.
#[derive(Debug)]
pub struct LockSession {
    connection: PgConnection,
    /// What Postgres calls the sessions of its group.
    application: String,
}

impl LockSession {
    /// Postgres ends a session that asks nothing for this long.
    ///
    /// The kernel of a host answers keepalives even for a process that is frozen. Without this
    /// limit, such a process would keep its locks for as long as it exists.
    pub const MAX_SILENCE: Duration = Duration::from_secs(5);

    /// Connects to the database of a pool, as one more session of a group.
    ///
    /// # Errors
    ///
    /// Returns [`DatabaseError`] when the database is away.
    pub async fn open(pool: &PgPool, group: &str) -> Result<Self, DatabaseError> {
        let max_silence_ms = Self::MAX_SILENCE.as_millis();
        let application = format!("sluice locks of {group}");
        let options = (*pool.connect_options())
            .clone()
            .application_name(&application)
            .options(KEEPALIVE)
            .options([("idle_session_timeout", max_silence_ms)]);
        let connection =
            PgConnection::connect_with(&options).await.doing("connect for holding locks")?;
        Ok(Self { connection, application })
    }

    /// Counts the sessions of its group, itself included.
    ///
    /// # Errors
    ///
    /// Returns [`DatabaseError`] when the session is lost, and its locks with it.
    pub async fn n_members(&mut self) -> Result<usize, DatabaseError> {
        let n_members = sqlx::query_scalar!(
            r#"select count(*) as "n!" from pg_stat_activity
             where datname = current_database() and application_name = $1"#,
            self.application,
        )
        .fetch_one(&mut self.connection)
        .await
        .doing("count the sessions that hold locks")?;
        Ok(usize::try_from(n_members).unwrap_or_default())
    }

    /// Takes the locks of these names that no other session has, at most `limit`, the first ones
    /// before the others; returns which it took. It must have none of them yet.
    ///
    /// # Errors
    ///
    /// Returns [`DatabaseError`] when the session is lost, and its locks with it.
    pub async fn take(
        &mut self,
        names: &[String],
        limit: usize,
    ) -> Result<Vec<String>, DatabaseError> {
        // A limit in the statement itself may come too late: rows that it leaves out have perhaps
        // been locked by then, and nobody would know. So all are tried, and what is too many is
        // given back by name.
        let tried = sqlx::query!(
            r#"with taken as materialized (
                 select name, at from unnest($1::text[]) with ordinality as wanted (name, at)
                 where pg_try_advisory_lock(hashtextextended(name, 0))),
             counted as (select name, row_number() over (order by at) as n from taken)
             select name as "name!",
                 case when n > $2 then pg_advisory_unlock(hashtextextended(name, 0))
                     else false end as "is_given_back!"
             from counted order by n"#,
            names,
            i64::try_from(limit).unwrap_or(i64::MAX),
        )
        .fetch_all(&mut self.connection)
        .await
        .doing("take locks")?;
        let taken = tried.into_iter().filter(|lock| !lock.is_given_back);
        Ok(taken.map(|lock| lock.name).collect())
    }

    /// Gives the locks of these names back; returns how many of them the session had.
    ///
    /// # Errors
    ///
    /// Returns [`DatabaseError`] when the session is lost, and its locks with it.
    pub async fn give_back(&mut self, names: &[String]) -> Result<usize, DatabaseError> {
        let n_given_back = sqlx::query_scalar!(
            r#"select count(*) as "n!" from unnest($1::text[]) as held (name)
             where pg_advisory_unlock(hashtextextended(name, 0))"#,
            names,
        )
        .fetch_one(&mut self.connection)
        .await
        .doing("give locks back")?;
        Ok(usize::try_from(n_given_back).unwrap_or_default())
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
