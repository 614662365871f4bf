//! One snapshot of the tables, taken once nothing of the drop is under way any more.

use std::time::{Duration, Instant};

use anyhow::Context;
use shared::ids::DropId;
use sqlx::{Connection, Executor, FromRow, PgConnection, postgres::PgRow};
use uuid::Uuid;

use crate::check::evidence::{
    AuditRow, DropRow, InventoryRow, LedgerRow, MoveRow, OrderRow, OutboxRow, PaymentRow,
    TransitionRow, UsageRow,
};

/// An open connection.
pub(super) struct Database {
    connection: PgConnection,
}

/// The rows of one drop.
pub(super) struct Tables {
    pub(super) drop: DropRow,
    pub(super) inventory: Vec<InventoryRow>,
    pub(super) moves: Vec<MoveRow>,
    pub(super) orders: Vec<OrderRow>,
    pub(super) transitions: Vec<TransitionRow>,
    pub(super) usage: Vec<UsageRow>,
    pub(super) payments: Vec<PaymentRow>,
    pub(super) ledger: Vec<LedgerRow>,
    pub(super) audit: Vec<AuditRow>,
    pub(super) outbox: Vec<OutboxRow>,
    pub(super) dead_orders: Vec<Uuid>,
}

/// What is still under way: orders, payments, and news for others.
const UNDER_WAY: &str = "
    select (select count(*) from orders where drop_id = $1
               and state in ('reserved', 'authorizing', 'authorized', 'capturing'))
         + (select count(*) from payments p join orders o on o.id = p.order_id
             where o.drop_id = $1 and p.status in ('pending', 'unknown'))
         + (select count(*) from outbox x join orders o on o.id = x.aggregate
             where o.drop_id = $1 and x.published_at is null)
         + (select count(*) from orders where drop_id = $1 and not line_told)";

/// How long nothing may change before the system counts as settled.
const CALM: Duration = Duration::from_secs(2);

impl Database {
    pub(super) async fn connect(url: &str) -> anyhow::Result<Self> {
        let connection = PgConnection::connect(url).await.context("cannot reach Postgres")?;
        Ok(Self { connection })
    }

    /// Waits until nothing is under way and has been so for a moment; the check goes on after
    /// `patience` in any case, as what is stuck is a finding.
    pub(super) async fn wait_settled(
        &mut self,
        drop_id: DropId,
        patience: Duration,
    ) -> anyhow::Result<()> {
        let deadline = Instant::now() + patience;
        let (mut calm_since, mut last) = (Instant::now(), None);
        while Instant::now() < deadline {
            let under_way: i64 = sqlx::query_scalar(UNDER_WAY)
                .bind(drop_id.as_uuid())
                .fetch_one(&mut self.connection)
                .await?;
            let log: Option<(i32, i64)> =
                sqlx::query_as("select epoch, evn from log_cursors where drop_id = $1")
                    .bind(drop_id.as_uuid())
                    .fetch_optional(&mut self.connection)
                    .await?;
            if under_way != 0 || last != Some(log) {
                calm_since = Instant::now();
            }
            if calm_since.elapsed() >= CALM {
                return Ok(());
            }
            last = Some(log);
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        Ok(())
    }

    /// Reads all tables in one snapshot.
    pub(super) async fn read(&mut self, drop_id: DropId) -> anyhow::Result<Tables> {
        self.connection.execute("begin isolation level repeatable read read only").await?;
        let drop = sqlx::query_as(DROP)
            .bind(drop_id.as_uuid())
            .fetch_optional(&mut self.connection)
            .await?
            .with_context(|| format!("there is no drop {drop_id}"))?;
        let dead: Vec<(Uuid,)> = self.rows(DEAD_ORDERS, drop_id).await?;
        let tables = Tables {
            drop,
            inventory: self.rows(INVENTORY, drop_id).await?,
            moves: self.rows(MOVES, drop_id).await?,
            orders: self.rows(ORDERS, drop_id).await?,
            transitions: self.rows(TRANSITIONS, drop_id).await?,
            usage: self.rows(USAGE, drop_id).await?,
            payments: self.rows(PAYMENTS, drop_id).await?,
            ledger: self.rows(LEDGER, drop_id).await?,
            audit: self.rows(AUDIT, drop_id).await?,
            outbox: self.rows(OUTBOX, drop_id).await?,
            dead_orders: dead.into_iter().map(|(id,)| id).collect(),
        };
        self.connection.execute("commit").await?;
        Ok(tables)
    }

    async fn rows<Row>(&mut self, query: &'static str, drop_id: DropId) -> sqlx::Result<Vec<Row>>
    where
        Row: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        sqlx::query_as(query).bind(drop_id.as_uuid()).fetch_all(&mut self.connection).await
    }
}

const DROP: &str = "
    select id, state, mode, end_reason, max_units_per_customer, hold_seconds,
           admission_rate_per_second, occupancy_cap, order_rate_per_second, limits_version, epoch,
           (extract(epoch from opens_at) * 1000000)::bigint as opens_at_us,
           (extract(epoch from ended_at) * 1000000)::bigint as ended_at_us
      from drops where id = $1";
const INVENTORY: &str = "
    select variant_id, total, available, reserved, sold from inventory where drop_id = $1";
const MOVES: &str = "
    select id, variant_id, order_id, kind, d_available, d_reserved, d_sold, version,
           (extract(epoch from at) * 1000000)::bigint as at_us
      from inventory_moves where drop_id = $1 order by version, id";
const ORDERS: &str = "
    select id, shopper_id, variant_id, units, amount_minor, currency::text as currency, state,
           (extract(epoch from processed_at) * 1000000)::bigint as processed_at_us,
           (extract(epoch from updated_at) * 1000000)::bigint as updated_at_us
      from orders where drop_id = $1 order by processed_at, id";
const TRANSITIONS: &str = "
    select t.order_id, t.sequence, t.from_state, t.to_state, t.terminal,
           (extract(epoch from t.at) * 1000000)::bigint as at_us
      from ticket_transitions t
     where t.order_id in (select id from orders where drop_id = $1)
     order by t.order_id, t.sequence";
const USAGE: &str = "select customer_key, units from customer_usage where drop_id = $1";
const PAYMENTS: &str = "
    select p.id, p.order_id, p.kind, p.status,
           (extract(epoch from p.updated_at) * 1000000)::bigint as updated_at_us
      from payments p where p.order_id in (select id from orders where drop_id = $1)";
const LEDGER: &str = "
    select transaction_id, order_id, account, amount_minor, currency::text as currency
      from ledger_entries where order_id in (select id from orders where drop_id = $1)";
const AUDIT: &str = "
    select id, actor, action, old, new, why, (extract(epoch from at) * 1000000)::bigint as at_us
      from audit_log where drop_id = $1 order by id";
const OUTBOX: &str = "
    select event_id, topic, aggregate, sequence,
           (extract(epoch from published_at) * 1000000)::bigint as published_at_us
      from outbox where aggregate in (select id from orders where drop_id = $1)";
const DEAD_ORDERS: &str = "
    select order_id from dead_letters where drop_id = $1 and order_id is not null";
