//! The orders role on a real log.

use crate::fixture::{SOON, World};
use shared::messages::{OrderCommand, PlaceOrder};
use testkit::wait_until;

/// Starts the role; the teller's calls to a line that is not there change nothing.
fn start(world: &World) {
    tokio::spawn(worker::orders::run(world.app.clone(), world.shutdown.clone()));
}

async fn produce(world: &World, payload: &[u8]) {
    let topic = &world.app.topics.order_commands;
    world.app.producer.produce(topic, Some(0), b"key", payload).await.unwrap();
}

fn signed(world: &World) -> (PlaceOrder, Vec<u8>) {
    let command = world.command().signed(&world.app.command_keys);
    let bytes = serde_json::to_vec(&OrderCommand::V1(command.clone())).unwrap();
    (command, bytes)
}

async fn n_orders(world: &World, n: i64) {
    wait_until("orders", SOON, || async {
        (world.number("select count(*) from orders").await == n).then_some(())
    })
    .await;
}

#[tokio::test]
async fn commands_become_orders_and_rubbish_becomes_dead_letters() {
    let world = World::with_log().await;
    start(&world);
    let (first, bytes) = signed(&world);
    produce(&world, &bytes).await;
    produce(&world, b"rubbish").await;
    produce(&world, &bytes).await;
    produce(&world, b"{\"version\":\"9\"}").await;
    produce(&world, &vec![b'x'; 700_000]).await;
    let (mut forged, _) = signed(&world);
    forged.units = 3;
    produce(&world, &serde_json::to_vec(&OrderCommand::V1(forged)).unwrap()).await;
    let (last, bytes) = signed(&world);
    produce(&world, &bytes).await;

    n_orders(&world, 2).await;
    assert_eq!(world.state(first.ticket_id.into()).await, "reserved");
    assert_eq!(world.state(last.ticket_id.into()).await, "reserved");
    assert_eq!(world.number("select count(*) from dead_letters").await, 4);
    assert_eq!(world.stock().await, (98, 2, 0));
}

#[tokio::test]
async fn two_processors_place_each_order_once() {
    let world = World::with_log().await;
    for _ in 0..2 {
        start(&world);
    }
    for _ in 0..60 {
        let (_, bytes) = signed(&world);
        produce(&world, &bytes).await;
    }
    n_orders(&world, 60).await;
    assert_eq!(world.stock().await, (40, 60, 0));
}

#[tokio::test]
async fn a_log_of_another_cluster_is_read_from_its_start() {
    let world = World::with_log().await;
    for _ in 0..5 {
        let (_, bytes) = signed(&world);
        produce(&world, &bytes).await;
    }
    // As if these were the records of a log that took the place of a longer one.
    sqlx::query(
        "insert into consumer_offsets (topic, partition, next_offset, cluster_id)
         values ($1, 0, 1000, 'another')",
    )
    .bind(&world.app.topics.order_commands)
    .execute(&world.app.pool)
    .await
    .unwrap();
    start(&world);
    n_orders(&world, 5).await;
    let raised = "select count(*) from audit_log where action = 'log.replaced'";
    assert_eq!(world.number(raised).await, 1);
}

#[tokio::test]
async fn a_log_with_other_records_is_read_from_its_start() {
    let world = World::with_log().await;
    for _ in 0..5 {
        let (_, bytes) = signed(&world);
        produce(&world, &bytes).await;
    }
    let cluster = world.app.log_info.cluster_id().await.unwrap();
    sqlx::query(
        "insert into consumer_offsets (topic, partition, next_offset, cluster_id, fingerprint)
         values ($1, 0, 3, $2, $3)",
    )
    .bind(&world.app.topics.order_commands)
    .bind(cluster)
    .bind(vec![7_u8; 32])
    .execute(&world.app.pool)
    .await
    .unwrap();
    start(&world);
    n_orders(&world, 5).await;
}
