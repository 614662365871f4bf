//! Calls that Postgres has answered, by its own counters.

use std::time::Duration;

use anyhow::Context;
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use tokio::time::timeout;

use super::figure::CountedCalls;

/// How long to wait for an answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// The database where the extension is created: the product's own stays as it is.
const MAINTENANCE: &str = "postgres";
const EXTENSION: &str = "create extension if not exists pg_stat_statements";
const STATEMENTS: &str = "
    select (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint,
           coalesce(sum(s.calls), 0)::bigint
      from pg_stat_statements s
      join pg_database d on d.oid = s.dbid
     where d.datname = $1";
const TRANSACTIONS: &str = "
    select (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint,
           (xact_commit + xact_rollback)::bigint
      from pg_stat_database
     where datname = $1";

/// The counters of one database at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PostgresCounters {
    pub(crate) counted: CountedCalls,
    /// A crash sets the counters to zero.
    started_us: i64,
    n_calls: i64,
}

impl PostgresCounters {
    /// Asks a Postgres: for statements if it counts them, else for transactions.
    ///
    /// # Errors
    ///
    /// Returns an error when it cannot be reached or shows neither.
    pub(crate) async fn read(url: &str) -> anyhow::Result<Self> {
        let options: PgConnectOptions = url.parse()?;
        match timeout(PATIENCE, statements(&options)).await.context("no answer in time")? {
            Ok(counters) => Ok(counters),
            Err(error) => {
                tracing::info!(%error, "Postgres shows no statements; counting transactions");
                let asked = timeout(PATIENCE, transactions(&options));
                Ok(asked.await.context("no answer in time")??)
            }
        }
    }

    /// Returns how many calls came since `before`; `None` if Postgres was restarted in between.
    pub(crate) fn since(&self, before: &Self) -> Option<u64> {
        let is_comparable = (self.counted, self.started_us) == (before.counted, before.started_us);
        is_comparable.then(|| u64::try_from(self.n_calls - before.n_calls).ok()).flatten()
    }
}

async fn statements(options: &PgConnectOptions) -> Result<PostgresCounters, sqlx::Error> {
    let elsewhere = options.clone().database(MAINTENANCE);
    let mut connection = PgConnection::connect_with(&elsewhere).await?;
    // It may exist already where creating it is forbidden.
    if let Err(error) = sqlx::query(EXTENSION).execute(&mut connection).await {
        tracing::debug!(%error, "cannot create pg_stat_statements");
    }
    read(connection, STATEMENTS, options, CountedCalls::Statements).await
}

async fn transactions(options: &PgConnectOptions) -> Result<PostgresCounters, sqlx::Error> {
    let connection = PgConnection::connect_with(options).await?;
    read(connection, TRANSACTIONS, options, CountedCalls::Transactions).await
}

async fn read(
    mut connection: PgConnection,
    sql: &'static str,
    options: &PgConnectOptions,
    counted: CountedCalls,
) -> Result<PostgresCounters, sqlx::Error> {
    // Without a name, Postgres takes the database named after the user.
    let database = options.get_database().unwrap_or(options.get_username());
    let (started_us, n_calls): (i64, i64) =
        sqlx::query_as(sql).bind(database).fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(PostgresCounters { counted, started_us, n_calls })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_in_between_or_another_counter_is_not_measured() {
        let counters =
            |counted, started_us, n_calls| PostgresCounters { counted, started_us, n_calls };
        let before = counters(CountedCalls::Statements, 7, 100);
        let since = |now: PostgresCounters| now.since(&before);
        assert_eq!(since(counters(CountedCalls::Statements, 7, 350)), Some(250));
        assert_eq!(since(counters(CountedCalls::Statements, 8, 350)), None);
        assert_eq!(since(counters(CountedCalls::Transactions, 7, 350)), None);
        assert_eq!(since(counters(CountedCalls::Statements, 7, 90)), None);
    }
}
