//! A database with one drop for ours, and two small tables for the naive way.

use anyhow::Context as _;
use database::PgPool;
use shared::config::Settings;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use uuid::Uuid;

/// More than any round can sell.
pub(super) const UNITS: i32 = 1_000_000_000;

/// A migrated database with the rows of both.
pub(super) struct Database {
    /// Pool of the naive clients.
    pub(super) clients: PgPool,
    /// Ours.
    pub(super) product: Product,
}

/// The drop that our batches sell.
pub(super) struct Product {
    pub(super) pool: PgPool,
    pub(super) drop_id: Uuid,
    pub(super) variant_id: Uuid,
}

impl Database {
    pub(super) async fn create(server: &str, sync: &str) -> anyhow::Result<Self> {
        let name = format!("hotrow_{sync}");
        let mut admin = PgConnection::connect(server).await?;
        for sql in [
            format!("create database {name}"),
            format!("alter database {name} set synchronous_commit = {sync}"),
        ] {
            admin.execute(AssertSqlSafe(sql)).await?;
        }
        let (base, _) = server.rsplit_once('/').context("an address with a database")?;
        let pool = connect(&format!("{base}/{name}"))?;
        database::migrate(&pool).await?;
        let [seller, product, variant, flash_drop] = [(); 4].map(|()| Uuid::now_v7());
        sqlx::raw_sql(AssertSqlSafe(format!(
            "insert into sellers (id, name) values ('{seller}', 'A seller');
             insert into products (id, seller_id, name) values ('{product}', '{seller}', 'It');
             insert into variants (id, product_id, seller_id, name, price_minor, currency, stock)
                 values ('{variant}', '{product}', '{seller}', 'It', 1500, 'KRW', 0);
             insert into drops (id, seller_id, product_id, title, state, opens_at, partition,
                     order_rate_per_second, order_tat_us, epoch, epoch_state)
                 values ('{flash_drop}', '{seller}', '{product}', 'A drop', 'open', now(), 0,
                     100000, 0, 1, 'open');
             insert into inventory (drop_id, variant_id, seller_id, total, available)
                 values ('{flash_drop}', '{variant}', '{seller}', {UNITS}, {UNITS});
             insert into consumer_offsets (topic, partition) values ('order-commands', 0);
             create table naive_stock (sku int primary key, stock int not null check (stock >= 0))
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
        .execute(&pool)
        .await?;
        let clients = connect(&format!("{base}/{name}"))?;
        Ok(Self { clients, product: Product { pool, drop_id: flash_drop, variant_id: variant } })
    }
}

fn connect(url: &str) -> anyhow::Result<PgPool> {
    let keys = format!("1:{}", "ab".repeat(32));
    let settings = Settings::from_vars(
        [
            ("SLUICE_DATABASE__URL", url),
            ("SLUICE_CREDENTIALS__TICKET_KEYS", &keys),
            ("SLUICE_CREDENTIALS__SESSION_KEYS", &keys),
            ("SLUICE_CREDENTIALS__COMMAND_KEYS", &keys),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned())),
    )?;
    Ok(database::connect(&settings.database)?)
}
