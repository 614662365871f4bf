//! One snapshot of the tables, taken once nothing of the drop is in progress any more.

use std::time::{Duration, Instant};

use anyhow::Context;
use shared::ids::{DropId, OrderId};
use sqlx::{Connection, Executor, FromRow, PgConnection, postgres::PgRow};

use crate::evidence::{
    AuditEvidence, BoundaryEvidence, DropEvidence, InventoryEvidence, JournalEvidence,
    LaneEvidence, LedgerEvidence, MoveEvidence, OrderEvidence, OwnerEvidence, PaymentEvidence,
    TransitionEvidence, UsageEvidence,
};

/// Reads one drop from Postgres over a connection of its own.
pub(super) struct PostgresReader {
    connection: PgConnection,
}

/// The rows of one drop.
pub(super) struct Tables {
    pub(super) drop: DropEvidence,
    pub(super) lanes: Vec<LaneEvidence>,
    pub(super) boundaries: Vec<BoundaryEvidence>,
    pub(super) inventory: Vec<InventoryEvidence>,
    pub(super) moves: Vec<MoveEvidence>,
    pub(super) journal: Vec<JournalEvidence>,
    pub(super) orders: Vec<OrderEvidence>,
    pub(super) transitions: Vec<TransitionEvidence>,
    pub(super) usage: Vec<UsageEvidence>,
    pub(super) payments: Vec<PaymentEvidence>,
    pub(super) ledger: Vec<LedgerEvidence>,
    pub(super) audit: Vec<AuditEvidence>,
    pub(super) dead_orders: Vec<OrderId>,
    pub(super) owners: Vec<OwnerEvidence>,
}

/// Counts what is still in progress: orders, payments and their calls, and journal rows that the
/// relay or the line has yet to hear of.
const IN_PROGRESS: &str = "
    select (select count(*) from orders where drop_id = $1
               and state in ('reserved', 'authorizing', 'authorized', 'capturing',
                   'passed', 'redeemed'))
         + (select count(*) from payments
             where drop_id = $1 and status in ('pending', 'unknown'))
         + (select count(*) from payment_calls where drop_id = $1)
         + (select count(*) from pending where drop_id = $1)";

/// How long nothing may change until the system counts as settled.
const CALM: Duration = Duration::from_secs(2);

impl PostgresReader {
    pub(super) async fn connect(url: &str) -> anyhow::Result<Self> {
        let connection = PgConnection::connect(url).await.context("cannot reach Postgres")?;
        Ok(Self { connection })
    }

    /// Waits until nothing has been in progress for a moment. Gives up silently after `patience`:
    /// what is stuck then is for the rules to find.
    pub(super) async fn wait_settled(
        &mut self,
        drop_id: DropId,
        patience: Duration,
    ) -> anyhow::Result<()> {
        let deadline = Instant::now() + patience;
        let (mut calm_since, mut last) = (Instant::now(), None);
        while Instant::now() < deadline {
            let n_in_progress: i64 = sqlx::query_scalar(IN_PROGRESS)
                .bind(drop_id)
                .fetch_one(&mut self.connection)
                .await?;
            let log: Option<(i32, i64)> =
                sqlx::query_as("select epoch, evn from log_cursors where drop_id = $1")
                    .bind(drop_id)
                    .fetch_optional(&mut self.connection)
                    .await?;
            if n_in_progress != 0 || last != Some(log) {
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

    /// Reads all tables in one snapshot. `commands` is the topic of the order commands.
    pub(super) async fn read(&mut self, drop_id: DropId, commands: &str) -> anyhow::Result<Tables> {
        self.connection.execute("begin isolation level repeatable read read only").await?;
        let drop = sqlx::query_as(DROP)
            .bind(drop_id)
            .bind(commands)
            .fetch_optional(&mut self.connection)
            .await?
            .with_context(|| format!("there is no drop {drop_id}"))?;
        let dead: Vec<(OrderId,)> = self.rows(DEAD_ORDERS, drop_id).await?;
        let tables = Tables {
            drop,
            lanes: self.rows(LANES, drop_id).await?,
            boundaries: self.rows(BOUNDARIES, drop_id).await?,
            inventory: self.rows(INVENTORY, drop_id).await?,
            moves: self.rows(MOVES, drop_id).await?,
            journal: self.rows(JOURNAL, drop_id).await?,
            orders: self.rows(ORDERS, drop_id).await?,
            transitions: self.rows(TRANSITIONS, drop_id).await?,
            usage: self.rows(USAGE, drop_id).await?,
            payments: self.rows(PAYMENTS, drop_id).await?,
            ledger: self.rows(LEDGER, drop_id).await?,
            audit: self.rows(AUDIT, drop_id).await?,
            dead_orders: dead.into_iter().map(|(id,)| id).collect(),
            owners: self.rows(OWNERS, drop_id).await?,
        };
        self.connection.execute("commit").await?;
        Ok(tables)
    }

    async fn rows<Row>(&mut self, query: &'static str, drop_id: DropId) -> sqlx::Result<Vec<Row>>
    where
        Row: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        sqlx::query_as(query).bind(drop_id).fetch_all(&mut self.connection).await
    }
}

// A retired drop has no partition any more; its commands are in the log of its last F.
const DROP: &str = "
    select id, seller_id, product_id, fulfilment, max_visits, manual, state, mode,
           max_units_per_ticket, max_units_per_customer, hold_seconds, admission_rate_per_second, occupancy_cap,
           order_rate_per_second, limits_version, epoch,
           (extract(epoch from ended_at) * 1000000)::bigint as ended_at_us,
           coalesce((select generation from consumer_offsets o
                      where o.topic = $2 and o.partition = drops.partition),
                    (select max(generation) from epoch_boundaries where drop_id = $1),
                    1) as log_generation
      from drops where id = $1";
const LANES: &str = "
    select lane, share_percent from drop_lanes where drop_id = $1 order by lane";
const BOUNDARIES: &str = "
    select epoch::bigint as epoch, generation, log_offset
      from epoch_boundaries where drop_id = $1 order by epoch";
const INVENTORY: &str = "
    select variant_id, total, available, reserved, sold, version
      from inventory where drop_id = $1";
const MOVES: &str = "
    select variant_id, version, cause, d_available, d_reserved, d_sold, journal_id,
           (extract(epoch from at) * 1000000)::bigint as at_us
      from stock_moves where drop_id = $1 order by variant_id, version";
const JOURNAL: &str = "
    select id, orders, sequences, states,
           exists (select from pending p where p.consumer = 'events' and p.journal_id = journal.id)
               as events_pending,
           exists (select from pending p where p.consumer = 'line' and p.journal_id = journal.id)
               as line_pending
      from journal where drop_id = $1 order by id";
// The end of an order clears its hold; the drop says how long it was. An order that has its first
// change as a row never had a hold: that row is its end.
const ORDERS: &str = "
    select o.id, o.shopper_id, o.variant_id, o.placed_by, o.units_asked, o.units_held,
           o.is_only_one, o.sequence, o.amount_minor, o.currency::text as currency, o.state,
           (extract(epoch from o.processed_at) * 1000000)::bigint as processed_at_us,
           (extract(epoch from o.updated_at) * 1000000)::bigint as updated_at_us,
           case when not exists (select from ticket_transitions t
                                  where t.order_id = o.id and t.sequence = 1)
                then (extract(epoch from coalesce(o.hold_expires_at,
                          (select t.expires_at from aws_tokens t
                            where t.drop_id = o.drop_id and t.request_id = o.id),
                          o.processed_at + d.hold_seconds * interval '1 second'))
                      * 1000000)::bigint
           end as expires_at_us
      from orders o join drops d on d.id = o.drop_id
     where o.drop_id = $1 order by o.processed_at, o.id";
const TRANSITIONS: &str = "
    select o.id as order_id, 1 as sequence, 'admitted' as from_state,
           case d.fulfilment when 'pass' then 'passed' else 'reserved' end as to_state,
           false as terminal, (extract(epoch from o.processed_at) * 1000000)::bigint as at_us
      from orders o join drops d on d.id = o.drop_id
     where o.drop_id = $1 and not exists (select from ticket_transitions t
                                           where t.order_id = o.id and t.sequence = 1)
    union all
    select t.order_id, t.sequence, t.from_state, t.to_state, t.terminal,
           (extract(epoch from t.at) * 1000000)::bigint as at_us
      from ticket_transitions t
     where t.order_id in (select id from orders where drop_id = $1)
     order by 1, 2";
const USAGE: &str = "
    select encode(key, 'hex')::uuid as shopper_id, units
      from customer_usage where drop_id = $1 and kind = 'account'";
const PAYMENTS: &str = "
    select id, order_id, kind, status from payments where drop_id = $1";
const LEDGER: &str = "
    select payment_id, order_id, account, amount_minor, currency::text as currency
      from ledger_entries where order_id in (select id from orders where drop_id = $1)";
const AUDIT: &str = "
    select id, actor, old, new, why, (extract(epoch from at) * 1000000)::bigint as at_us
      from audit_log where drop_id = $1 order by id";
const DEAD_ORDERS: &str = "
    select order_id from dead_letters where drop_id = $1 and order_id is not null";
// Rows of the drop, and rows about its orders, whichever drop those name.
const OWNERS: &str = "
    with ours as (select id from orders where drop_id = $1)
    select 'order' as what, id as ticket_id, drop_id, seller_id from orders where drop_id = $1
    union all
    select 'stock', null, drop_id, seller_id from inventory where drop_id = $1
    union all
    select 'journal row', o.id, j.drop_id, null
      from journal j cross join unnest(j.orders) o (id)
     where j.drop_id = $1 or j.orders && array(select id from ours)
    union all
    select 'payment', order_id, drop_id, null from payments
     where drop_id = $1 or order_id in (select id from ours)
    union all
    select 'ledger entry', l.order_id, o.drop_id, o.seller_id
      from ledger_entries l
      join payments p on p.id = l.payment_id
      join orders o on o.id = p.order_id
     where o.drop_id = $1 or l.order_id in (select id from ours)
    union all
    select 'audit row', null, drop_id, seller_id from audit_log where drop_id = $1";
