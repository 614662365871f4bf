//! A migrated database of a test's own.
//!
//! Migrating takes much longer than copying, so one database per server is migrated and every
//! test gets a copy of it.

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, PgPool, postgres::PgPoolOptions};
use stack::Endpoints;
use uuid::Uuid;

const TEMPLATE: &str = "sluice_template";
/// Key of the advisory lock under which the template is made and copied.
const TEMPLATE_LOCK: i64 = 0x5111_ce00;
const MAX_CONNECTIONS: u32 = 8;

/// A migrated database.
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
    pool: PgPool,
    /// On a server that others use; elsewhere it ends with its server.
    _on_shared_server: Option<DatabaseGuard>,
}

/// Deletes a database when it is dropped.
#[derive(Debug)]
struct DatabaseGuard {
    name: String,
    server_url: String,
}

impl TestDatabase {
    /// Creates a database on the shared stack.
    pub async fn create() -> Self {
        Self::create_on(crate::endpoints()).await
    }

    /// Creates a database on another stack, such as one that a test kills.
    pub async fn create_on(endpoints: &Endpoints) -> Self {
        let server_url = on_database(&endpoints.database_url, "postgres");
        let name = format!("test_{}", Uuid::now_v7().simple());
        let mut server = connect(&server_url).await;
        lock(&mut server).await;
        prepare_template(&mut server, &server_url).await;
        execute(&mut server, &format!("create database {name} template {TEMPLATE}")).await;
        drop(server.close().await); // and with it the lock
        let url = on_database(&server_url, &name);
        let pool = PgPoolOptions::new()
            .max_connections(MAX_CONNECTIONS)
            .connect(&url)
            .await
            .expect("the database was created just now");
        Self { url, pool, _on_shared_server: Some(DatabaseGuard { name, server_url }) }
    }

    /// Takes the database of a server that the test has for itself.
    pub(crate) fn of_server(endpoints: &Endpoints) -> sqlx::Result<Self> {
        let url = endpoints.database_url.clone();
        let pool = PgPoolOptions::new().max_connections(MAX_CONNECTIONS).connect_lazy(&url)?;
        Ok(Self { url, pool, _on_shared_server: None })
    }

    /// `postgres://…`, with the database's name.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Connections for the test itself.
    #[must_use]
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Returns the first column of the only row.
    ///
    /// # Panics
    ///
    /// Panics if the query fails.
    pub async fn scalar<T>(&self, sql: &'static str) -> T
    where
        T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
        (T,): for<'r> sqlx::FromRow<'r, sqlx::postgres::PgRow>,
    {
        sqlx::query_scalar(sql).fetch_one(&self.pool).await.expect("a query of a test")
    }
}

impl Drop for DatabaseGuard {
    /// Works on a thread with a runtime of its own, since the test's may be ending.
    fn drop(&mut self) {
        let (name, server_url) = (self.name.clone(), self.server_url.clone());
        let dropping = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
            runtime.block_on(async {
                let mut server = PgConnection::connect(&server_url).await.ok()?;
                let sql = format!("drop database if exists {name} with (force)");
                server.execute(AssertSqlSafe(sql)).await.ok()
            })
        });
        // A test that killed its server has nothing to delete.
        drop(dropping.join());
    }
}

/// Migrates the template; one that other migrations made is created again.
async fn prepare_template(server: &mut PgConnection, server_url: &str) {
    if try_migrate(server, server_url).await.is_err() {
        execute(server, &format!("drop database if exists {TEMPLATE} with (force)")).await;
        if let Err(error) = try_migrate(server, server_url).await {
            fail("migrate the template database", &error);
        }
    }
}

async fn try_migrate(server: &mut PgConnection, server_url: &str) -> Result<(), String> {
    let exists: bool =
        sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(TEMPLATE)
            .fetch_one(&mut *server)
            .await
            .unwrap_or_else(|error| fail("look for the template database", &error));
    if !exists {
        execute(server, &format!("create database {TEMPLATE}")).await;
    }
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .connect(&on_database(server_url, TEMPLATE))
        .await
        .map_err(|error| error.to_string())?;
    let migrated = migrate_exactly(&pool).await;
    pool.close().await; // a copy is refused while somebody is connected
    migrated
}

/// Migrates; fails where a later version of the source left migrations of its own.
async fn migrate_exactly(pool: &PgPool) -> Result<(), String> {
    database::migrate(pool).await.map_err(|error| format!("{error:?}"))?;
    let latest: i64 = sqlx::query_scalar("select max(version) from _sqlx_migrations")
        .fetch_one(pool)
        .await
        .map_err(|error| error.to_string())?;
    if latest > database::schema_version() {
        return Err(format!("the schema is of a later version, {latest}"));
    }
    Ok(())
}

async fn lock(server: &mut PgConnection) {
    let locking = sqlx::query("select pg_advisory_lock($1)").bind(TEMPLATE_LOCK);
    if let Err(error) = locking.execute(server).await {
        fail("lock the template database", &error);
    }
}

async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.unwrap_or_else(|error| fail("connect to Postgres", &error))
}

/// Runs a statement; names in it are ours, so they need no quoting.
async fn execute(connection: &mut PgConnection, sql: &str) {
    if let Err(error) = connection.execute(AssertSqlSafe(sql.to_owned())).await {
        fail(sql, &error);
    }
}

/// Returns the same server's address with another database.
fn on_database(url: &str, name: &str) -> String {
    let (server, _) = url.rsplit_once('/').unwrap_or((url, ""));
    format!("{server}/{name}")
}

fn fail(what: &str, error: &dyn std::fmt::Display) -> ! {
    panic!("cannot {what}: {error}")
}
