//! A database with one drop for ours, and small tables for the naive way.

use anyhow::Context as _;
use database::PgPool;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use testkit::stored::{DropOptions, StoredDrop, store_open_drop};

/// More than any round can sell.
const UNITS: i32 = 1_000_000_000;

/// A migrated database with the rows of both.
pub(super) struct BenchDatabase {
    /// Connections of the naive clients.
    pub(super) clients: PgPool,
    pub(super) ours: BenchDrop,
}

/// The drop that our batches sell.
pub(super) struct BenchDrop {
    pub(super) pool: PgPool,
    pub(super) stored: StoredDrop,
}

impl BenchDatabase {
    /// Makes a database on this server, with this setting of `synchronous_commit`.
    pub(super) async fn create(server_url: &str, sync: &str) -> anyhow::Result<Self> {
        let name = format!("hotrow_{sync}");
        let mut admin = PgConnection::connect(server_url).await?;
        for sql in [
            format!("create database {name}"),
            format!("alter database {name} set synchronous_commit = {sync}"),
        ] {
            admin.execute(AssertSqlSafe(sql)).await?;
        }
        let (base, _) = server_url.rsplit_once('/').context("an address without a database")?;
        let url = format!("{base}/{name}");
        let pool = connect(&url)?;
        database::migrate(&pool).await?;
        let options = DropOptions { units: UNITS, ..DropOptions::default() };
        let stored = store_open_drop(&pool, options).await;
        sqlx::query("insert into consumer_offsets (topic, partition) values ('order-commands', 0)")
            .execute(&pool)
            .await?;
        create_naive_tables(&pool).await?;
        Ok(Self { clients: connect(&url)?, ours: BenchDrop { pool, stored } })
    }
}

async fn create_naive_tables(pool: &PgPool) -> anyhow::Result<()> {
    sqlx::raw_sql(AssertSqlSafe(format!(
        "create table naive_stock (sku int primary key, stock int not null check (stock >= 0))
             with (fillfactor = 10);
         insert into naive_stock values (1, {UNITS});
         create table naive_orders (id uuid primary key, sku int not null, buyer uuid not null,
             units int not null, unique (sku, buyer));
         create table naive_holds (like holds including all);
         create table naive_usage (like customer_usage including all);
         create table naive_moves (like inventory_moves including all);
         create table naive_transitions (like ticket_transitions including all);
         create table naive_outbox (like outbox including all);"
    )))
    .execute(pool)
    .await?;
    Ok(())
}

fn connect(url: &str) -> anyhow::Result<PgPool> {
    let settings = testkit::settings([("SLUICE_DATABASE__URL", url)]);
    Ok(database::connect(&settings.database)?)
}
