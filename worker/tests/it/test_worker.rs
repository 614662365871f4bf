//! A worker's connections and an open drop, without a line.

use crate::{SOON, test_provider::API_KEY};
use database::{
    money::payments::{PayOutcome, PaymentWish, begin_authorizations},
    ordering::{
        offsets,
        order_batch::{BatchOutcome, BatchRecord, OrderBatch, RecordContent, process},
    },
};
use shared::{
    ids::{OrderId, ShopperId},
    messages::PlaceOrder,
    shutdown::Shutdown,
};
use stack::Env;
use std::sync::Arc;
use testkit::{
    TestDatabase, TestRedis, TestTopics,
    stored::{DropOptions, StoredDrop, store_open_drop},
    wait_until,
};
use worker::App;

/// Where the orders come from that no command in Kafka asks for.
const TOPIC: &str = "a-topic";
/// Holds last longer than any test, unless it says otherwise.
const HOLD_SECONDS: i32 = 600;

/// A database with one open drop of 100 units, and the connections of a worker. It stops with
/// this.
pub(crate) struct TestWorker {
    pub(crate) app: App,
    pub(crate) shutdown: Shutdown,
    stored: StoredDrop,
    database: TestDatabase,
    /// Held: an embedded broker ends with it.
    _topics: Option<TestTopics>,
}

impl TestWorker {
    /// Makes one without a log: nothing listens at its address.
    pub(crate) async fn new(changes: &[(&str, String)]) -> Self {
        let nowhere = [("SLUICE_KAFKA__BROKERS".to_owned(), "127.0.0.1:1".to_owned())];
        Self::build(nowhere.into(), changes, None).await
    }

    /// Makes one with topics of its own.
    pub(crate) async fn with_log() -> Self {
        let topics = TestTopics::create().await;
        Self::build(topics.env().clone(), &[], Some(topics)).await
    }

    async fn build(mut env: Env, changes: &[(&str, String)], topics: Option<TestTopics>) -> Self {
        let (database, redis) = tokio::join!(TestDatabase::create(), TestRedis::create());
        env.extend(
            [
                ("SLUICE_REDIS__URL", redis.url()),
                ("SLUICE_DATABASE__URL", database.url()),
                ("SLUICE_DATABASE__MAX_CONNECTIONS", "20"),
                ("SLUICE_PAYMENTS__API_KEY", API_KEY),
                ("SLUICE_PAYMENTS__TIMEOUT_MS", "1000"),
            ]
            .map(|(key, value)| (key.to_owned(), value.to_owned())),
        );
        env.extend(changes.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
        let app = App::connect(testkit::settings(env)).await.unwrap();
        let options = DropOptions { hold_seconds: HOLD_SECONDS, ..DropOptions::default() };
        let stored = store_open_drop(&app.pool, options).await;
        app.drops.refresh(&app.pool).await.unwrap();
        Self { app, shutdown: Shutdown::default(), stored, database, _topics: topics }
    }

    /// The command of a new ticket of a new shopper.
    pub(crate) fn command(&self) -> PlaceOrder {
        self.stored.command(ShopperId::generate(), 1)
    }

    /// Another open drop of 50 units.
    pub(crate) async fn another_drop(&self) -> StoredDrop {
        let options =
            DropOptions { units: 50, hold_seconds: HOLD_SECONDS, ..DropOptions::default() };
        let stored = store_open_drop(&self.app.pool, options).await;
        self.app.drops.refresh(&self.app.pool).await.unwrap();
        stored
    }

    /// Places an order.
    pub(crate) async fn place(&self) -> OrderId {
        self.place_in(&self.stored).await
    }

    /// Places an order in this drop.
    pub(crate) async fn place_in(&self, stored: &StoredDrop) -> OrderId {
        self.place_command(stored, stored.command(ShopperId::generate(), 1)).await
    }

    /// Places the order of this command.
    pub(crate) async fn place_command(&self, stored: &StoredDrop, command: PlaceOrder) -> OrderId {
        let order_id = command.ticket_id.into();
        let partition = stored.partition;
        let begun = offsets::find_or_begin(&self.app.pool, TOPIC, partition, 0, "a-cluster");
        let next_offset = begun.await.unwrap().next_offset;
        let batch = OrderBatch {
            topic: TOPIC.into(),
            partition,
            generation: 1,
            expected_offset: next_offset,
            owner: "test".into(),
            records: vec![BatchRecord {
                offset: next_offset,
                fingerprint: vec![0; 32],
                payload: Vec::new(),
                content: RecordContent::Command(command),
            }],
        };
        let outcome = process(&self.app.pool, Arc::new(batch)).await.unwrap();
        assert!(matches!(outcome, BatchOutcome::Done(done) if done.n_placed == 1));
        order_id
    }

    /// Places an order and begins to pay it.
    pub(crate) async fn pay(&self, payment_method: &str) -> OrderId {
        self.pay_in(&self.stored, payment_method).await
    }

    /// Places an order in this drop and begins to pay it.
    pub(crate) async fn pay_in(&self, stored: &StoredDrop, payment_method: &str) -> OrderId {
        let order_id = self.place_in(stored).await;
        self.pay_order(order_id, payment_method).await;
        order_id
    }

    /// Begins to pay an order.
    pub(crate) async fn pay_order(&self, order_id: OrderId, payment_method: &str) {
        let shopper_id: ShopperId =
            sqlx::query_scalar("select shopper_id from orders where id = $1")
                .bind(order_id)
                .fetch_one(&self.app.pool)
                .await
                .unwrap();
        let wish = PaymentWish::new(order_id, shopper_id, payment_method);
        let begun = begin_authorizations(&self.app.pool, vec![wish]).await.unwrap();
        assert_eq!(begun, [PayOutcome::Started]);
    }

    /// Runs a statement.
    pub(crate) async fn execute(&self, sql: &'static str) {
        sqlx::query(sql).execute(&self.app.pool).await.unwrap();
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
            .bind(order_id)
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

impl Drop for TestWorker {
    fn drop(&mut self) {
        self.shutdown.begin();
    }
}
