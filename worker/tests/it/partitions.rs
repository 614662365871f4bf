//! Each drop has a partition of its own, for as long as anything of it goes on.

use crate::{
    SOON,
    orders::start,
    test_line::{LineOptions, TestLine},
    test_worker::TestWorker,
};
use shared::{ids::ShopperId, messages::OrderCommand};
use testkit::{
    stored::{DropOptions, StoredDrop, store_open_drop},
    wait_until,
};

/// Needs a broker that can add partitions.
#[tokio::test]
async fn three_times_as_many_drops_as_there_were_partitions_are_open_at_once() {
    let line = TestLine::new(LineOptions::default()).await;
    let n_drops = 3 * i64::from(line.app.settings.kafka.partitions.get());
    for _ in 1..n_drops {
        line.another_drop().await;
    }
    let shutdown = line.run("log,scheduler");

    let open = "select count(*) from drops where state = 'open' and epoch_state = 'open'";
    wait_until("open rooms", SOON, async || {
        (line.database.scalar::<i64>(open).await == n_drops).then_some(())
    })
    .await;

    let n_partitions: i64 =
        line.database.scalar("select count(distinct partition) from drops").await;
    assert_eq!(n_partitions, n_drops);
    let topics = line.app.log_info.partitions().await.unwrap();
    for name in line.app.topics.of_drops() {
        assert_eq!(i64::try_from(topics[name]).unwrap(), n_drops, "{name}");
    }
    shutdown.begin();
}

#[tokio::test]
async fn the_next_drop_of_a_partition_begins_behind_the_former_one() {
    let mut line = TestLine::new(LineOptions::default()).await;
    let shutdown = line.run("log,scheduler");
    let former = line.open(1).await;
    line.join(5).await;
    sqlx::query("update drops set closes_at = now()").execute(&line.app.pool).await.unwrap();
    wait_until("retired drop", SOON, async || line.row().await.is_none().then_some(())).await;

    (line.drop_id, line.variant_id) = line.another_drop().await;
    let next = line.open(1).await;

    assert_eq!(next.partition, former.partition);
    // A beginning, five joins together or alone, an end.
    assert!(next.events_start.1 >= former.events_start.1 + 3, "{next:?}");
    line.join(3).await;
    assert_eq!(line.waiting().await.len(), 3);
    shutdown.begin();
}

/// Produces so many commands of a drop.
async fn order(worker: &TestWorker, stored: &StoredDrop, n: usize) {
    let topic = &worker.app.topics.order_commands;
    for _ in 0..n {
        let command = stored.command(ShopperId::generate(), 1).signed(&worker.app.command_keys);
        let bytes = serde_json::to_vec(&OrderCommand::V1(command)).unwrap();
        let partition = Some(stored.partition);
        worker.app.producer.produce(topic, partition, b"key", &bytes).await.unwrap();
    }
}

async fn n_orders_of(worker: &TestWorker, stored: &StoredDrop) -> i64 {
    sqlx::query_scalar("select count(*) from orders where drop_id = $1")
        .bind(stored.drop_id)
        .fetch_one(&worker.app.pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_slow_order_rate_of_one_drop_holds_up_no_other() {
    let worker = TestWorker::with_log().await;
    let options = DropOptions { units: 200, ..DropOptions::default() };
    let slow = store_open_drop(&worker.app.pool, options).await;
    let fast = store_open_drop(&worker.app.pool, options).await;
    sqlx::query("update drops set order_rate_per_second = 1 where id = $1")
        .bind(slow.drop_id)
        .execute(&worker.app.pool)
        .await
        .unwrap();
    worker.app.drops.refresh(&worker.app.pool).await.unwrap();
    order(&worker, &slow, 200).await;
    order(&worker, &fast, 200).await;

    start(&worker);
    wait_until("the orders of the fast drop", SOON, async || {
        (n_orders_of(&worker, &fast).await == 200).then_some(())
    })
    .await;

    let n_slow = n_orders_of(&worker, &slow).await;
    assert!(n_slow < 60, "{n_slow} orders of the slow drop: nothing was paced");
    wait_until("an order of the slow drop", SOON, async || {
        (n_orders_of(&worker, &slow).await > 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn one_consumer_reads_partitions_as_they_are_won_and_lost() {
    let worker = TestWorker::with_log().await;
    start(&worker);
    let options = DropOptions { units: 10, ..DropOptions::default() };
    let mut drops = Vec::new();
    // The topics have four partitions; the first is of the worker's own drop.
    for _ in 0..3 {
        let stored = store_open_drop(&worker.app.pool, options).await;
        worker.app.drops.refresh(&worker.app.pool).await.unwrap();
        order(&worker, &stored, 5).await;
        drops.push(stored);
    }
    for stored in &drops {
        wait_until("orders", SOON, async || {
            (n_orders_of(&worker, stored).await == 5).then_some(())
        })
        .await;
    }
    let over = "update drops set state = 'closed', epoch_state = 'none' where partition = 2";
    worker.execute(over).await;
    worker.app.drops.refresh(&worker.app.pool).await.unwrap();
    order(&worker, &drops[0], 5).await;
    order(&worker, &drops[2], 5).await;
    for stored in [&drops[0], &drops[2]] {
        wait_until("more orders", SOON, async || {
            (n_orders_of(&worker, stored).await == 10).then_some(())
        })
        .await;
    }
    let back = "update drops set state = 'open', epoch_state = 'open' where partition = 2";
    order(&worker, &drops[1], 5).await;
    worker.execute(back).await;
    worker.app.drops.refresh(&worker.app.pool).await.unwrap();
    wait_until("orders of a partition that came back", SOON, async || {
        (n_orders_of(&worker, &drops[1]).await == 10).then_some(())
    })
    .await;
}
