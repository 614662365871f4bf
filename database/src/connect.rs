//! The connection pool and the schema.

use crate::{DatabaseError, Doing};
use secrecy::ExposeSecret;
use shared::{config::DatabaseSettings, ids::SellerId};
use sqlx::{
    PgPool,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::time::Duration;

/// A host that vanished keeps its session, and the locks of it, for about this long, seconds:
/// 5 + 3 × 2.
pub(crate) const KEEPALIVE: [(&str, &str); 3] =
    [("tcp_keepalives_idle", "5"), ("tcp_keepalives_interval", "2"), ("tcp_keepalives_count", "3")];

/// How long a transaction may wait for its client, milliseconds. A process that is frozen in the
/// middle of one, or a future that was cancelled there, must not keep its locks. The same time ends
/// a session whose client takes no answers any more: its kernel may go on confirming keepalives.
const MAX_SILENCE_MS: &str = "10000";

/// Connections that one seller's requests have at one time, at most: nobody else waits for them.
const OF_SELLER: u32 = 2;
/// How long such a connection stays open for the next request.
const KEPT_FOR_SELLER: Duration = Duration::from_secs(10);

/// Opens a pool. It connects on first use, so a database that is away does not stop a service
/// from starting.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the address can't be parsed.
pub fn connect(settings: &DatabaseSettings) -> Result<PgPool, DatabaseError> {
    let pool = pool_options(settings).max_connections(settings.max_connections.get());
    Ok(pool.connect_lazy_with(connect_options(settings)?))
}

/// Opens a small pool for what is done on behalf of one seller. Postgres itself keeps the rows of
/// other sellers away from it, whatever a statement forgets to say; see
/// `migrations/0008_roles.sql`.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the address can't be parsed.
pub fn connect_for_seller(
    settings: &DatabaseSettings,
    seller_id: SellerId,
) -> Result<PgPool, DatabaseError> {
    let options = connect_options(settings)?
        .options([("role", "sluice_seller")])
        .options([("sluice.seller", seller_id)]);
    let pool = pool_options(settings).max_connections(OF_SELLER).idle_timeout(KEPT_FOR_SELLER);
    Ok(pool.connect_lazy_with(options))
}

fn pool_options(settings: &DatabaseSettings) -> PgPoolOptions {
    let acquire_timeout = Duration::from_millis(settings.acquire_timeout_ms.get());
    PgPoolOptions::new().acquire_timeout(acquire_timeout)
}

fn connect_options(settings: &DatabaseSettings) -> Result<PgConnectOptions, DatabaseError> {
    let statement_timeout = settings.statement_timeout_ms.get();
    let options = settings
        .url
        .expose_secret()
        .parse::<PgConnectOptions>()
        .map_err(|source| DatabaseError::new("read the database address", source))?;
    Ok(options
        .application_name("sluice")
        .options([
            ("statement_timeout", statement_timeout.to_string()),
            ("lock_timeout", statement_timeout.min(3000).to_string()),
            ("idle_in_transaction_session_timeout", MAX_SILENCE_MS.to_owned()),
            ("tcp_user_timeout", MAX_SILENCE_MS.to_owned()),
        ])
        .options(KEEPALIVE))
}

/// Brings the schema up to date. Several hosts may do so at once: a lock makes them take turns.
///
/// A statement may take as long as it needs, whatever the settings say. One that waits 5 s for a
/// table fails, since everybody else who wants the table waits behind it; it can be tried again.
///
/// Migrations that this version does not know are left alone: a later version made them, and every
/// migration is such that the version before it still works.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away or a migration fails.
pub async fn migrate(pool: &PgPool) -> Result<(), DatabaseError> {
    let unlimited = [("statement_timeout", "0"), ("lock_timeout", "0")];
    let options = (*pool.connect_options()).clone().options(unlimited);
    // A single connection, so that what is set holds for all that is done.
    let session = pool
        .options()
        .clone()
        .max_connections(1)
        .connect_with(options)
        .await
        .doing("connect to migrate the schema")?;
    let migrated = migrate_in_turn(&session).await;
    session.close().await;
    migrated
}

async fn migrate_in_turn(session: &PgPool) -> Result<(), DatabaseError> {
    // Whoever comes second waits for the whole of the first, so only afterwards is waiting limited.
    sqlx::query!("select from pg_advisory_lock(hashtextextended('migrations', 0))")
        .execute(session)
        .await
        .doing("wait for the turn to migrate")?;
    sqlx::query!("set lock_timeout = '5s'").execute(session).await.doing("limit waiting")?;
    migrations()
        .set_ignore_missing(true)
        .run(session)
        .await
        .map_err(|source| DatabaseError::new("migrate the schema", source.into()))
}

fn migrations() -> Migrator {
    sqlx::migrate!("./migrations")
}

/// The number of the latest migration that this version knows.
#[must_use]
pub fn schema_version() -> i64 {
    migrations().iter().map(|migration| migration.version).max().unwrap_or(0)
}

/// Asks for a sign of life.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away or has no schema yet.
pub async fn ping(pool: &PgPool) -> Result<(), DatabaseError> {
    sqlx::query!("select from drops limit 1").execute(pool).await.doing("reach the database")?;
    Ok(())
}
