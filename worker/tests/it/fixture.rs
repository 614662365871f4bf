//! A worker's connections, an open drop, and a provider to pay at.

use database::{
    money::payments::{Begun, begin_authorization},
    ordering::order_batch::{BatchOutcome, BatchRecord, OrderBatch, RecordContent, process},
};
use sandbox_psp::settings::Settings as PspSettings;
use serde_json::Value;
use shared::{
    credentials::Mac,
    ids::{DropId, OrderId, ShopperId, TicketId, VariantId},
    messages::PlaceOrder,
    shutdown::Shutdown,
    tickets::{Epoch, Lane, Score},
};
use std::{path::PathBuf, sync::Arc, time::Duration};
use testkit::{TestDatabase, TestTopics, wait_until};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use worker::App;

const API_KEY: &str = "key-of-the-tests";
/// Everything in these tests is over within this.
pub(crate) const SOON: Duration = Duration::from_secs(60);
/// Holds last longer than any test, unless it says otherwise.
const HOLD_SECONDS: i32 = 600;

/// A database with one open drop, and the connections of a worker.
pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) database: TestDatabase,
    pub(crate) drop_id: DropId,
    pub(crate) variant_id: VariantId,
    pub(crate) shutdown: Shutdown,
    _topics: Option<TestTopics>,
}

impl World {
    /// Makes a drop with 100 units. There is no log: nothing listens at its address.
    pub(crate) async fn new(changes: &[(&str, String)]) -> Self {
        let nowhere = ("SLUICE_KAFKA__BROKERS", "127.0.0.1:1".to_owned());
        let changes: Vec<_> = changes.iter().cloned().chain([nowhere]).collect();
        Self::build(None, &changes).await
    }

    /// Makes a drop with 100 units, and topics.
    pub(crate) async fn with_log() -> Self {
        let topics = TestTopics::create().await;
        let env: Vec<_> =
            topics.env().iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        let changes: Vec<_> =
            env.iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
        Self::build(Some(topics), &changes).await
    }

    async fn build(topics: Option<TestTopics>, changes: &[(&str, String)]) -> Self {
        let database = TestDatabase::create().await;
        let mut env = vec![
            ("SLUICE_REDIS__URL", testkit::endpoints().redis_url.clone()),
            ("SLUICE_DATABASE__URL", database.url().to_owned()),
            ("SLUICE_DATABASE__MAX_CONNECTIONS", "20".to_owned()),
            ("SLUICE_PAYMENTS__API_KEY", API_KEY.to_owned()),
            ("SLUICE_PAYMENTS__TIMEOUT_MS", "1000".to_owned()),
        ];
        env.extend(changes.iter().cloned());
        let app = App::connect(testkit::settings(env)).await.unwrap();
        let (drop_id, variant_id) = make_drop(&database).await;
        app.drops.refresh(&app.pool).await.unwrap();
        Self { app, database, drop_id, variant_id, shutdown: Shutdown::default(), _topics: topics }
    }

    /// The command of a new ticket of a new shopper.
    pub(crate) fn command(&self) -> PlaceOrder {
        PlaceOrder {
            ticket_id: TicketId::generate(),
            drop_id: self.drop_id,
            shopper_id: ShopperId::generate(),
            lane: Lane(0),
            variant_id: self.variant_id,
            units: 1,
            epoch: Epoch(1),
            score: Score::new(Epoch(1), 1),
            admitted_at_us: 1_700_000_000_000_000,
            mac: Mac::default(),
        }
    }

    /// Places an order and begins to pay it.
    pub(crate) async fn pay(&self, payment_method: &str) -> OrderId {
        let command = self.command();
        let next_offset = self.number("select next_offset from consumer_offsets").await;
        let batch = OrderBatch {
            topic: "a-topic".into(),
            partition: 0,
            generation: 1,
            expected_offset: next_offset,
            owner: "test".into(),
            records: vec![BatchRecord {
                offset: next_offset,
                fingerprint: vec![0; 32],
                payload: Vec::new(),
                content: RecordContent::Command(command.clone()),
            }],
        };
        let outcome = process(&self.app.pool, Arc::new(batch)).await.unwrap();
        assert!(matches!(outcome, BatchOutcome::Done(done) if done.n_placed == 1));
        let order_id = command.ticket_id.into();
        let begun =
            begin_authorization(&self.app.pool, order_id, command.shopper_id, payment_method);
        assert_eq!(begun.await.unwrap(), Begun::Started);
        order_id
    }

    /// Waits until an order has come to this state.
    pub(crate) async fn comes_to(&self, order_id: OrderId, state: &str) {
        wait_until(
            state,
            SOON,
            || async move { (self.state(order_id).await == state).then_some(()) },
        )
        .await;
    }

    /// State of an order.
    pub(crate) async fn state(&self, order_id: OrderId) -> String {
        sqlx::query_scalar("select state from orders where id = $1")
            .bind(order_id.as_uuid())
            .fetch_one(&self.app.pool)
            .await
            .unwrap()
    }

    /// Waits until nothing is asked of the provider any more.
    pub(crate) async fn all_is_certain(&self) {
        let open = "select count(*) from payments where status in ('pending', 'unknown')";
        wait_until(
            "certainty",
            SOON,
            || async move { (self.number(open).await == 0).then_some(()) },
        )
        .await;
    }

    /// One number.
    pub(crate) async fn number(&self, sql: &'static str) -> i64 {
        self.database.scalar::<i64>(sql).await
    }

    /// (available, reserved, sold).
    pub(crate) async fn stock(&self) -> (i32, i32, i32) {
        sqlx::query_as("select available, reserved, sold from inventory")
            .fetch_one(&self.app.pool)
            .await
            .unwrap()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.shutdown.begin();
    }
}

async fn make_drop(database: &TestDatabase) -> (DropId, VariantId) {
    let [seller, product, variant, flash_drop] = [(); 4].map(|()| Uuid::now_v7());
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
        "insert into sellers (id, name) values ('{seller}', 'A seller');
         insert into products (id, seller_id, name) values ('{product}', '{seller}', 'A product');
         insert into variants (id, product_id, seller_id, name, price_minor, currency, stock)
             values ('{variant}', '{product}', '{seller}', 'A variant', 1500, 'KRW', 0);
         insert into drops (id, seller_id, product_id, title, state, opens_at, partition,
                 hold_seconds, order_rate_per_second, order_tat_us, epoch, epoch_state)
             values ('{flash_drop}', '{seller}', '{product}', 'A drop', 'open', now(), 0,
                 {HOLD_SECONDS}, 100000, 0, 1, 'open');
         insert into inventory (drop_id, variant_id, seller_id, total, available)
             values ('{flash_drop}', '{variant}', '{seller}', 100, 100);
         insert into consumer_offsets (topic, partition) values ('a-topic', 0);"
    )))
    .execute(database.pool())
    .await
    .unwrap();
    (DropId::from_uuid(flash_drop), VariantId::from_uuid(variant))
}

/// The sandbox provider, in this process.
pub(crate) struct Provider {
    pub(crate) url: String,
    port: u16,
    ledger: PathBuf,
    late_ms: u64,
    stop: CancellationToken,
    _dir: tempfile::TempDir,
}

impl Provider {
    /// Prepares a provider whose late cards take so long; it does not answer yet.
    pub(crate) fn new(late_ms: u64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let port = stack::ports::reserve().unwrap();
        Self {
            url: format!("http://127.0.0.1:{port}"),
            port,
            ledger: dir.path().join("ledger.jsonl"),
            late_ms,
            stop: CancellationToken::new(),
            _dir: dir,
        }
    }

    /// Starts it and waits until it answers.
    pub(crate) async fn start(&mut self) {
        self.stop = CancellationToken::new();
        let settings = PspSettings {
            listen: ([127, 0, 0, 1], self.port).into(),
            ledger: self.ledger.clone(),
            api_key: API_KEY.into(),
            callback_url: None,
            callback_secret: "secret".into(),
            hang_ms: 5000,
            late_ms: self.late_ms,
            log: "off".into(),
        };
        tokio::spawn(sandbox_psp::run(settings, self.stop.clone()));
        let url = format!("{}/readyz", self.url);
        wait_until("provider", SOON, || async { reqwest::get(&url).await.ok().map(|_| ()) }).await;
    }

    /// Stops it; its ledger stays.
    pub(crate) fn stop(&self) {
        self.stop.cancel();
    }

    /// What its ledger says happened to payments, by kind.
    pub(crate) async fn happened(&self, kind: &str) -> usize {
        let lines = reqwest::Client::new()
            .get(format!("{}/v1/ledger", self.url))
            .bearer_auth(API_KEY)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        let entries = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        entries.filter(|entry| entry["kind"] == kind).count()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.stop();
    }
}
