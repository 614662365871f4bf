//! A database with one drop whose captures we settle, and with the tables of the naive way.

use crate::postgres;
use database::PgPool;
use testkit::stored::{DropOptions, StoredDrop, store_open_drop};

/// More than all rounds can sell.
const UNITS: i32 = 1_000_000_000;

/// The naive way's own tables: a row per fact, with its indexes and references.
const NAIVE_TABLES: &str = "
    create table naive_drops (id uuid primary key, state text not null);
    create table naive_inventory (
        drop_id    uuid    not null references naive_drops,
        variant_id uuid    not null,
        total      integer not null,
        available  integer not null,
        reserved   integer not null default 0,
        sold       integer not null default 0,
        version    bigint  not null default 1,
        primary key (drop_id, variant_id),
        check (available >= 0 and reserved >= 0 and sold >= 0),
        check (available + reserved + sold = total)) with (fillfactor = 10);
    create table naive_orders (
        id               uuid        primary key,
        drop_id          uuid        not null references naive_drops,
        shopper_id       uuid        not null,
        variant_id       uuid        not null,
        units            integer     not null check (units >= 0),
        amount_minor     bigint      not null check (amount_minor >= 0),
        currency         char(3)     not null,
        state            text        not null,
        reason           text,
        sequence         integer     not null default 1,
        line_told        boolean     not null default false,
        created_at       timestamptz not null default now(),
        updated_at       timestamptz not null default now());
    create index on naive_orders (shopper_id, id desc);
    create index on naive_orders (drop_id, id);
    create index on naive_orders (drop_id) where not line_told
        and state in ('confirmed', 'rejected', 'dead', 'expired', 'payment_failed', 'cancelled');
    create table naive_holds (
        order_id   uuid        primary key references naive_orders,
        drop_id    uuid        not null references naive_drops,
        variant_id uuid        not null,
        units      integer     not null check (units > 0),
        state      text        not null check (state in ('held', 'capturing', 'sold', 'released')),
        expires_at timestamptz not null,
        updated_at timestamptz not null default now());
    create index on naive_holds (expires_at) where state = 'held';
    create table naive_moves (
        id          bigint      generated always as identity primary key,
        drop_id     uuid        not null references naive_drops,
        variant_id  uuid        not null,
        order_id    uuid,
        kind        text        not null,
        d_available integer     not null,
        d_reserved  integer     not null,
        d_sold      integer     not null,
        version     bigint      not null,
        at          timestamptz not null default now());
    create index on naive_moves (drop_id, variant_id);
    create table naive_transitions (
        order_id   uuid        not null references naive_orders,
        sequence   integer     not null,
        from_state text        not null,
        to_state   text        not null,
        terminal   boolean     not null,
        reason     text,
        at         timestamptz not null default clock_timestamp(),
        primary key (order_id, sequence));
    create unique index on naive_transitions (order_id) where terminal;
    create table naive_payments (
        id                uuid        primary key,
        order_id          uuid        not null references naive_orders,
        kind              text        not null,
        attempt           integer     not null default 1,
        idempotency_key   text        not null unique,
        amount_minor      bigint      not null check (amount_minor >= 0),
        currency          char(3)     not null,
        payment_method    text,
        provider_id       text,
        status            text        not null default 'pending',
        decline_code      text,
        calls             integer     not null default 0,
        next_call_at      timestamptz not null default now(),
        claimed_until     timestamptz,
        created_at        timestamptz not null default now(),
        updated_at        timestamptz not null default now(),
        unique (order_id, kind, attempt));
    create unique index on naive_payments (order_id) where kind = 'capture' and status = 'succeeded';
    create index on naive_payments (next_call_at) where status in ('pending', 'unknown');
    create table naive_ledger (
        id             bigint      generated always as identity primary key,
        transaction_id uuid        not null,
        order_id       uuid        not null references naive_orders,
        payment_id     uuid        not null references naive_payments,
        account        text        not null,
        amount_minor   bigint      not null,
        currency       char(3)     not null,
        at             timestamptz not null default now(),
        unique (payment_id, account));
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

/// A migrated database with the tables of both.
pub(super) struct BenchDatabase {
    /// Connections of the naive clients.
    pub(super) clients: PgPool,
    pub(super) pool: PgPool,
    /// The drop of both: the naive tables have it under the same ids.
    pub(super) stored: StoredDrop,
}

impl BenchDatabase {
    /// Makes a database on this server, with this setting of `synchronous_commit`.
    pub(super) async fn create(server_url: &str, sync: &str) -> anyhow::Result<Self> {
        let url = postgres::create_database(server_url, "settle", sync).await?;
        let (clients, pool) = (postgres::connect(&url)?, postgres::connect(&url)?);
        let options =
            DropOptions { units: UNITS, per_ticket: 1, per_customer: 1, ..DropOptions::default() };
        let stored = store_open_drop(&pool, options).await;
        sqlx::raw_sql(NAIVE_TABLES).execute(&pool).await?;
        sqlx::query("insert into naive_drops values ($1, 'open')")
            .bind(stored.drop_id)
            .execute(&pool)
            .await?;
        sqlx::query(
            "insert into naive_inventory (drop_id, variant_id, total, available)
             values ($1, $2, $3, $3)",
        )
        .bind(stored.drop_id)
        .bind(stored.variant_id)
        .bind(UNITS)
        .execute(&pool)
        .await?;
        Ok(Self { clients, pool, stored })
    }

    /// Has the planner know what a round begins with.
    pub(super) async fn analyze(&self) -> anyhow::Result<()> {
        // After many rounds it takes longer than a statement of the services may.
        let analyze =
            "begin; set local statement_timeout = 0; set local lock_timeout = 0; analyze; commit";
        sqlx::raw_sql(analyze).execute(&self.pool).await?;
        Ok(())
    }
}
