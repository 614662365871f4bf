//! A database with one open drop, and what tests ask of it.

use database::{
    PgPool,
    line::epochs::{self, Boundary},
    ordering::order_batch::{
        BatchDone, BatchOutcome, BatchRecord, OrderBatch, RecordContent, process,
    },
};
use secrecy::ExposeSecret as _;
use shared::{
    config::Settings,
    credentials::Mac,
    ids::{DropId, OrderId, PaymentId, SellerId, ShopperId, TicketId, VariantId},
    messages::PlaceOrder,
    tickets::{Epoch, Lane, Score},
};
use sqlx::{Connection as _, Executor as _, PgConnection};
use stack::{Stack, StackOptions};
use std::{sync::Arc, time::Duration};
use tokio::sync::OnceCell;
use uuid::Uuid;

/// The order of the topic's records in these tests.
pub(crate) const TOPIC: &str = "order-commands";

/// A migrated database of its own.
pub(crate) struct Db {
    pub(crate) pool: PgPool,
}

/// An open drop with stock, and its records' next offset.
pub(crate) struct Room {
    pub(crate) pool: PgPool,
    pub(crate) drop_id: DropId,
    pub(crate) variant_id: VariantId,
}

/// What a drop is made with.
#[derive(Clone, Copy)]
pub(crate) struct Make {
    pub(crate) units: i32,
    pub(crate) per_ticket: i32,
    pub(crate) per_customer: i32,
    pub(crate) hold_seconds: i32,
}

impl Default for Make {
    fn default() -> Self {
        Self { units: 100, per_ticket: 4, per_customer: 4, hold_seconds: 300 }
    }
}

/// The server named by the settings, or a private one that lives as long as the tests.
async fn server_url() -> String {
    static PRIVATE: OnceCell<(Stack, tempfile::TempDir)> = OnceCell::const_new();
    #[expect(clippy::disallowed_methods, reason = "tells a given server from the default")]
    if let Ok(url) = std::env::var("SLUICE_DATABASE__URL") {
        return url;
    }
    let (stack, _) = PRIVATE
        .get_or_init(async || {
            let dir = tempfile::tempdir().unwrap();
            let options = StackOptions::on_free_ports(dir.path()).unwrap().only(false, true, false);
            (Stack::start(options).await.unwrap(), dir)
        })
        .await;
    stack.postgres().url().to_owned()
}

impl Db {
    /// Makes a database and brings its schema up.
    pub(crate) async fn new() -> Self {
        let server = server_url().await;
        let name = format!("it_{}", Uuid::now_v7().simple());
        let mut admin = PgConnection::connect(&server).await.unwrap();
        admin.execute(sqlx::AssertSqlSafe(format!("create database {name}"))).await.unwrap();
        let (base, _) = server.rsplit_once('/').unwrap();
        let keys = format!("1:{}", "ab".repeat(32));
        let settings = Settings::from_vars(
            [
                ("SLUICE_DATABASE__URL", format!("{base}/{name}")),
                ("SLUICE_CREDENTIALS__TICKET_KEYS", keys.clone()),
                ("SLUICE_CREDENTIALS__SESSION_KEYS", keys.clone()),
                ("SLUICE_CREDENTIALS__COMMAND_KEYS", keys),
            ]
            .map(|(key, value)| (key.to_owned(), value)),
        )
        .unwrap();
        assert!(settings.database.url.expose_secret().ends_with(&name));
        let pool = database::connect(&settings.database).unwrap();
        database::migrate(&pool).await.unwrap();
        Self { pool }
    }

    /// Makes an open drop with partition 0 and a full bucket.
    pub(crate) async fn room(&self, make: Make) -> Room {
        let seller_id = SellerId::generate();
        let (product, variant_id, drop_id) =
            (Uuid::now_v7(), VariantId::generate(), DropId::generate());
        for (sql, binds) in [
            ("insert into sellers (id, name) values ($1, 'A seller')", vec![seller_id.as_uuid()]),
            (
                "insert into products (id, seller_id, name) values ($2, $1, 'A product')",
                vec![seller_id.as_uuid(), product],
            ),
            (
                "insert into variants (id, product_id, seller_id, name, price_minor, currency, stock)
                 values ($3, $2, $1, 'A variant', 1500, 'KRW', 0)",
                vec![seller_id.as_uuid(), product, variant_id.as_uuid()],
            ),
        ] {
            let mut query = sqlx::query(sql);
            for bind in binds {
                query = query.bind(bind);
            }
            query.execute(&self.pool).await.unwrap();
        }
        sqlx::query(
            "insert into drops (id, seller_id, product_id, title, state, opens_at, partition,
                 max_units_per_ticket, max_units_per_customer, hold_seconds,
                 order_rate_per_second, order_tat_us, epoch)
             values ($1, $2, $3, 'A drop', 'open', now(), 0, $4, $5, $6, 100000, 0, 1)",
        )
        .bind(drop_id.as_uuid())
        .bind(seller_id.as_uuid())
        .bind(product)
        .bind(make.per_ticket)
        .bind(make.per_customer)
        .bind(make.hold_seconds)
        .execute(&self.pool)
        .await
        .unwrap();
        sqlx::query(
            "with i as (insert into inventory (drop_id, variant_id, seller_id, total, available)
                 values ($1, $2, $3, $4, $4))
             insert into inventory_moves (drop_id, variant_id, kind, d_available, d_reserved,
                 d_sold, version) values ($1, $2, 'carve', $4, 0, 0, 1)",
        )
        .bind(drop_id.as_uuid())
        .bind(variant_id.as_uuid())
        .bind(seller_id.as_uuid())
        .bind(make.units)
        .execute(&self.pool)
        .await
        .unwrap();
        sqlx::query(
            "insert into consumer_offsets (topic, partition) values ($1, 0) on conflict do nothing",
        )
        .bind(TOPIC)
        .execute(&self.pool)
        .await
        .unwrap();
        Room { pool: self.pool.clone(), drop_id, variant_id }
    }
}

impl Room {
    /// A database of its own with one drop.
    pub(crate) async fn new(make: Make) -> Self {
        Db::new().await.room(make).await
    }

    /// Plays a rebuild of the line, with its boundary at this offset.
    pub(crate) async fn rebuilt(&self, to: Epoch, offset: i64) {
        let (pool, id) = (&self.pool, self.drop_id);
        let boundary = Boundary { generation: 1, offset };
        assert!(epochs::begin(pool, id, Epoch(to.0 - 1), to).await.unwrap());
        assert!(epochs::set_boundary(pool, id, to, boundary).await.unwrap());
        assert!(epochs::mark_open(pool, id, to).await.unwrap());
    }

    /// The command of a new ticket.
    pub(crate) fn command(&self, shopper_id: ShopperId, units: u32) -> PlaceOrder {
        PlaceOrder {
            ticket_id: TicketId::generate(),
            drop_id: self.drop_id,
            shopper_id,
            lane: Lane(0),
            variant_id: self.variant_id,
            units,
            epoch: Epoch(1),
            score: Score::new(Epoch(1), 1),
            admitted_at_us: 1_700_000_000_000_000,
            mac: Mac::default(),
        }
    }

    /// Commands of as many new shoppers, one unit each.
    pub(crate) fn commands(&self, n: usize) -> Vec<PlaceOrder> {
        (0..n).map(|_| self.command(ShopperId::generate(), 1)).collect()
    }

    /// Processes commands behind what was processed before.
    pub(crate) async fn process(&self, commands: &[PlaceOrder]) -> BatchDone {
        let next: i64 = self.number("select next_offset from consumer_offsets").await;
        done(process(&self.pool, batch(next, commands.to_vec())).await.unwrap())
    }

    /// Places one order that is reserved.
    pub(crate) async fn reserved(&self) -> (OrderId, ShopperId) {
        let command = self.command(ShopperId::generate(), 1);
        let done = self.process(std::slice::from_ref(&command)).await;
        assert_eq!(done.settled[0].state.as_str(), "reserved");
        (command.ticket_id.into(), command.shopper_id)
    }

    /// Places one order and has its authorization asked for; gives the row that asks.
    pub(crate) async fn authorizing(&self) -> (OrderId, PaymentId) {
        let (order_id, shopper_id) = self.reserved().await;
        let begun = database::money::payments::begin_authorization(
            &self.pool,
            order_id,
            shopper_id,
            "pm_card_approve",
        );
        assert_eq!(begun.await.unwrap(), database::money::payments::Begun::Started);
        (order_id, self.payment(order_id, "authorize").await)
    }

    /// Places one order that is past the pivot; gives the row that asks for the capture.
    pub(crate) async fn capturing(&self) -> (OrderId, PaymentId) {
        let (order_id, payment) = self.authorizing().await;
        database::money::payments::authorized(&self.pool, payment, "pay_1").await.unwrap();
        assert_eq!(self.state(order_id).await, "capturing");
        (order_id, self.payment(order_id, "capture").await)
    }

    /// The row of an order that asks for this.
    pub(crate) async fn payment(&self, order_id: OrderId, kind: &str) -> PaymentId {
        let id = sqlx::query_scalar("select id from payments where order_id = $1 and kind = $2")
            .bind(order_id.as_uuid())
            .bind(kind)
            .fetch_one(&self.pool)
            .await
            .unwrap();
        PaymentId::from_uuid(id)
    }

    /// State of an order.
    pub(crate) async fn state(&self, order_id: OrderId) -> String {
        sqlx::query_scalar("select state from orders where id = $1")
            .bind(order_id.as_uuid())
            .fetch_one(&self.pool)
            .await
            .unwrap()
    }

    /// One number.
    pub(crate) async fn number(&self, sql: &'static str) -> i64 {
        let sql = sqlx::AssertSqlSafe(format!("select ({sql})::bigint"));
        sqlx::query_scalar(sql).fetch_one(&self.pool).await.unwrap()
    }

    /// (available, reserved, sold).
    pub(crate) async fn stock(&self) -> (i32, i32, i32) {
        sqlx::query_as("select available, reserved, sold from inventory where drop_id = $1")
            .bind(self.drop_id.as_uuid())
            .fetch_one(&self.pool)
            .await
            .unwrap()
    }

    /// Lets every hold run out.
    pub(crate) async fn let_holds_run_out(&self) {
        sqlx::query("update holds set expires_at = now() - interval '1 second'")
            .execute(&self.pool)
            .await
            .unwrap();
    }

    /// What must hold after anything: STOCK-1, STOCK-2, LIMIT-1, ORDER-1, ORDER-2, PAY-1, PAY-2,
    /// and that moves, holds, transitions and events tell one story.
    pub(crate) async fn assert_invariants(&self) {
        for (name, sql) in INVARIANTS {
            assert_eq!(self.number(sql).await, 0, "{name}: {sql}");
        }
    }
}

const INVARIANTS: [(&str, &str); 10] = [
    ("STOCK-1", "select count(*) from inventory where sold + reserved > total or available < 0"),
    ("STOCK-2", "select count(*) from inventory where available + reserved + sold <> total"),
    (
        "STOCK-2, moves",
        "select count(*) from inventory i, lateral (select sum(d_available) as a,
                 sum(d_reserved) as r, sum(d_sold) as s from inventory_moves m
             where m.drop_id = i.drop_id and m.variant_id = i.variant_id) m
         where (available, reserved, sold) is distinct from (m.a, m.r, m.s)",
    ),
    (
        "STOCK-2, holds",
        "select count(*) from inventory i, lateral (select
                 coalesce(sum(units) filter (where state in ('held', 'capturing')), 0) as r,
                 coalesce(sum(units) filter (where state = 'sold'), 0) as s
             from holds h where h.drop_id = i.drop_id and h.variant_id = i.variant_id) h
         where (reserved, sold) is distinct from (h.r, h.s)",
    ),
    (
        "LIMIT-1",
        "select count(*) from (select o.drop_id, o.shopper_id, sum(h.units) as units
             from orders o join holds h on h.order_id = o.id and h.state <> 'released'
             group by 1, 2) c join drops d on d.id = c.drop_id
         where c.units > d.max_units_per_customer",
    ),
    (
        "LIMIT-1, usage",
        "select count(*) from customer_usage u where u.units is distinct from
            (select coalesce(sum(h.units), 0) from orders o
             join holds h on h.order_id = o.id and h.state <> 'released'
             where o.drop_id = u.drop_id and o.shopper_id::text = u.customer_key)",
    ),
    (
        "ORDER-2",
        "select count(*) from orders o left join lateral (select to_state, sequence
             from ticket_transitions t where t.order_id = o.id
             order by sequence desc limit 1) t on true
         where (o.state, o.sequence) is distinct from (t.to_state, t.sequence)",
    ),
    (
        "events",
        "select count(*) from ticket_transitions t where not exists (select from outbox e
             where e.aggregate = t.order_id and e.sequence = t.sequence
                 and e.payload->>'state' = t.to_state)",
    ),
    (
        "PAY-1",
        "select count(*) from (select order_id from payments
             where kind = 'capture' and status = 'succeeded' group by 1 having count(*) > 1) p",
    ),
    (
        "PAY-2",
        "select count(*) from (select transaction_id from ledger_entries
             group by 1 having sum(amount_minor) <> 0) l",
    ),
];

/// A batch of commands, first one at `from`.
pub(crate) fn batch(from: i64, commands: Vec<PlaceOrder>) -> Arc<OrderBatch> {
    records(from, commands.into_iter().map(RecordContent::Command).collect())
}

/// A batch of records, first one at `from`.
pub(crate) fn records(from: i64, contents: Vec<RecordContent>) -> Arc<OrderBatch> {
    let records = contents.into_iter().zip(from..).map(|(content, offset)| BatchRecord {
        offset,
        fingerprint: vec![0; 32],
        payload: b"{}".to_vec(),
        content,
    });
    Arc::new(OrderBatch {
        topic: TOPIC.into(),
        partition: 0,
        generation: 1,
        expected_offset: from,
        owner: "test".into(),
        records: records.collect(),
    })
}

/// What a batch has done that was not late.
pub(crate) fn done(outcome: BatchOutcome) -> BatchDone {
    match outcome {
        BatchOutcome::Done(done) => done,
        BatchOutcome::Late => panic!("the batch was late"),
    }
}

/// Time for other tasks to come as far as they get.
pub(crate) async fn a_moment() {
    tokio::time::sleep(Duration::from_millis(30)).await;
}
