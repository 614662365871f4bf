//! The orders role on a real log.

use crate::{SOON, test_worker::TestWorker};
use shared::messages::{OrderCommand, PlaceOrder};
use testkit::wait_until;

/// Starts the role; its updates of a line that is not there change nothing.
pub(crate) fn start(worker: &TestWorker) {
    tokio::spawn(worker::orders::run(worker.app.clone(), worker.shutdown.clone()));
}

pub(crate) async fn produce(worker: &TestWorker, payload: &[u8]) {
    let topic = &worker.app.topics.order_commands;
    worker.app.producer.produce(topic, Some(0), b"key", payload).await.unwrap();
}

pub(crate) fn signed(worker: &TestWorker) -> (PlaceOrder, Vec<u8>) {
    let command = worker.command().signed(&worker.app.command_keys);
    let bytes = serde_json::to_vec(&OrderCommand::V1(command.clone())).unwrap();
    (command, bytes)
}

pub(crate) async fn n_orders(worker: &TestWorker, n: i64) {
    wait_until("orders", SOON, || async {
        (worker.number("select count(*) from orders").await == n).then_some(())
    })
    .await;
}

#[tokio::test]
async fn commands_become_orders_and_rubbish_becomes_dead_letters() {
    let worker = TestWorker::with_log().await;
    start(&worker);
    let (first, bytes) = signed(&worker);
    produce(&worker, &bytes).await;
    produce(&worker, b"rubbish").await;
    produce(&worker, &bytes).await;
    produce(&worker, b"{\"version\":\"9\"}").await;
    produce(&worker, &vec![b'x'; 700_000]).await;
    let (mut forged, _) = signed(&worker);
    forged.units = 3;
    produce(&worker, &serde_json::to_vec(&OrderCommand::V1(forged)).unwrap()).await;
    let (last, bytes) = signed(&worker);
    produce(&worker, &bytes).await;

    n_orders(&worker, 2).await;
    assert_eq!(worker.state(first.ticket_id.into()).await, "reserved");
    assert_eq!(worker.state(last.ticket_id.into()).await, "reserved");
    assert_eq!(worker.number("select count(*) from dead_letters").await, 4);
    assert_eq!(worker.stock().await, (98, 2, 0));
}

#[tokio::test]
async fn two_processors_place_each_order_once() {
    let worker = TestWorker::with_log().await;
    for _ in 0..2 {
        start(&worker);
    }
    for _ in 0..60 {
        let (_, bytes) = signed(&worker);
        produce(&worker, &bytes).await;
    }
    n_orders(&worker, 60).await;
    assert_eq!(worker.stock().await, (40, 60, 0));
}

#[tokio::test]
async fn a_log_of_another_cluster_is_read_from_its_start() {
    let worker = TestWorker::with_log().await;
    for _ in 0..5 {
        let (_, bytes) = signed(&worker);
        produce(&worker, &bytes).await;
    }
    // As if these were the records of a log that took the place of a longer one.
    sqlx::query(
        "insert into consumer_offsets (topic, partition, next_offset, cluster_id)
         values ($1, 0, 1000, 'another')",
    )
    .bind(&worker.app.topics.order_commands)
    .execute(&worker.app.pool)
    .await
    .unwrap();
    start(&worker);
    n_orders(&worker, 5).await;
    let raised = "select count(*) from audit_log where action = 'log.replaced'";
    assert_eq!(worker.number(raised).await, 1);
}

#[tokio::test]
async fn a_log_with_other_records_is_read_from_its_start() {
    let worker = TestWorker::with_log().await;
    for _ in 0..5 {
        let (_, bytes) = signed(&worker);
        produce(&worker, &bytes).await;
    }
    let cluster = worker.app.log_info.cluster_id().await.unwrap();
    sqlx::query(
        "insert into consumer_offsets (topic, partition, next_offset, cluster_id, fingerprint)
         values ($1, 0, 3, $2, $3)",
    )
    .bind(&worker.app.topics.order_commands)
    .bind(cluster)
    .bind(vec![7_u8; 32])
    .execute(&worker.app.pool)
    .await
    .unwrap();
    start(&worker);
    n_orders(&worker, 5).await;
}

#[tokio::test]
async fn a_changed_order_rate_holds_at_once() {
    let worker = TestWorker::with_log().await;
    // One order in 1 000 s.
    worker.execute("update drops set order_rate_per_second = 0.001").await;
    worker::start::tasks(&worker.app, &"orders".parse().unwrap(), &worker.shutdown);
    for _ in 0..3 {
        let (_, bytes) = signed(&worker);
        produce(&worker, &bytes).await;
    }
    n_orders(&worker, 1).await;

    worker
        .execute(
            "update drops set order_rate_per_second = 1000, limits_version = limits_version + 1",
        )
        .await;
    n_orders(&worker, 3).await;
}
