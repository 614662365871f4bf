//! A database with one drop for ours, and small tables for the naive way.

use crate::postgres;
use database::PgPool;
use testkit::stored::{DropOptions, StoredDrop, store_open_drop};

/// More than any round can sell.
const UNITS: i32 = 1_000_000_000;

/// The naive way's own tables: a row per fact, each with its indexes.
const NAIVE_TABLES: &str = "
    create table naive_stock (sku int primary key, stock int not null check (stock >= 0))
        with (fillfactor = 10);
    create table naive_orders (id uuid primary key, sku int not null, buyer uuid not null,
        units int not null, unique (sku, buyer));
    create table naive_holds (
        order_id   uuid        primary key,
        drop_id    uuid        not null,
        variant_id uuid        not null,
        units      integer     not null check (units > 0),
        state      text        not null check (state in ('held', 'capturing', 'sold', 'released')),
        expires_at timestamptz not null,
        updated_at timestamptz not null default now());
    create index on naive_holds (expires_at) where state = 'held';
    create table naive_usage (
        drop_id      uuid    not null,
        customer_key text    not null,
        units        integer not null check (units >= 0),
        max_units    integer not null,
        primary key (drop_id, customer_key),
        check (units <= max_units));
    create table naive_moves (
        id          bigint      generated always as identity primary key,
        drop_id     uuid        not null,
        variant_id  uuid        not null,
        order_id    uuid,
        kind        text        not null
            check (kind in ('carve', 'reserve', 'release', 'sell', 'give_back')),
        d_available integer     not null,
        d_reserved  integer     not null,
        d_sold      integer     not null,
        version     bigint      not null,
        at          timestamptz not null default now());
    create index on naive_moves (drop_id, variant_id);
    create table naive_transitions (
        order_id   uuid        not null,
        sequence   integer     not null,
        from_state text        not null,
        to_state   text        not null,
        terminal   boolean     not null,
        reason     text,
        at         timestamptz not null default clock_timestamp(),
        primary key (order_id, sequence));
    create unique index on naive_transitions (order_id) where terminal;
    create table naive_outbox (
        id           bigint      generated always as identity primary key,
        event_id     uuid        not null unique,
        topic        text        not null,
        key          text        not null,
        aggregate    uuid        not null,
        sequence     bigint      not null,
        payload      jsonb       not null,
        created_at   timestamptz not null default now(),
        published_at timestamptz,
        unique (topic, aggregate, sequence));
    create index on naive_outbox (id) where published_at is null;
";

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
        let url = postgres::create_database(server_url, "hotrow", sync).await?;
        let pool = postgres::connect(&url)?;
        // One unit per customer, as the naive way's key has it.
        let options =
            DropOptions { units: UNITS, per_ticket: 1, per_customer: 1, ..DropOptions::default() };
        let stored = store_open_drop(&pool, options).await;
        sqlx::query("insert into consumer_offsets (topic, partition) values ('order-commands', 0)")
            .execute(&pool)
            .await?;
        create_naive_tables(&pool).await?;
        Ok(Self { clients: postgres::connect(&url)?, ours: BenchDrop { pool, stored } })
    }
}

async fn create_naive_tables(pool: &PgPool) -> anyhow::Result<()> {
    sqlx::raw_sql(NAIVE_TABLES).execute(pool).await?;
    sqlx::query("insert into naive_stock values (1, $1)").bind(UNITS).execute(pool).await?;
    Ok(())
}
