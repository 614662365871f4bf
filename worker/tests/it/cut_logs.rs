//! Logs of commands that have lost records, or were replaced without a word.

use crate::{
    orders::{n_orders, produce, signed, start},
    test_worker::TestWorker,
};

/// Where the drop's own commands begin in its log: behind so many records of former drops.
const N_FORMER: i64 = 3;

/// A worker whose drop begins behind [`N_FORMER`] records, and for which more were read than there
/// are.
async fn read_too_far() -> TestWorker {
    let worker = TestWorker::with_log().await;
    let cluster = worker.app.log_info.cluster_id().await.unwrap();
    sqlx::query(
        "insert into consumer_offsets (topic, partition, next_offset, cluster_id)
         values ($1, 0, 1000, $2)",
    )
    .bind(&worker.app.topics.order_commands)
    .bind(cluster)
    .execute(&worker.app.pool)
    .await
    .unwrap();
    sqlx::query(
        "insert into epoch_boundaries (drop_id, epoch, generation, log_offset)
         select id, 1, 1, $1 from drops",
    )
    .bind(N_FORMER)
    .execute(&worker.app.pool)
    .await
    .unwrap();
    worker
}

async fn produce_orders(worker: &TestWorker, n: i64) {
    for _ in 0..n {
        let (_, bytes) = signed(worker);
        produce(worker, &bytes).await;
    }
}

async fn assert_replaced_once(worker: &TestWorker) {
    let replaced = "select count(*) from audit_log where action = 'log.replaced'";
    assert_eq!(worker.number(replaced).await, 1);
}

#[tokio::test]
async fn a_log_that_lost_its_end_is_read_from_where_its_drop_begins() {
    let worker = read_too_far().await;
    for _ in 0..N_FORMER {
        produce(&worker, b"put aside long ago").await;
    }
    produce_orders(&worker, 2).await;

    start(&worker);
    n_orders(&worker, 2).await;
    assert_eq!(worker.number("select count(*) from dead_letters").await, 0, "not a second time");
    assert_replaced_once(&worker).await;
}

#[tokio::test]
async fn another_log_that_took_its_place_is_read_from_its_start() {
    let worker = read_too_far().await;
    produce_orders(&worker, N_FORMER + 2).await;

    start(&worker);
    n_orders(&worker, N_FORMER + 2).await;
    assert_replaced_once(&worker).await;
}
