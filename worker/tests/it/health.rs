//! What `/readyz` of a worker says while a server is away, or a part of one.

use crate::{SOON, test_worker::TestWorker};
use edge::health;
use serde_json::{Value, json};
use stack::{RedisCluster, kafka::embedded::EmbeddedBroker};
use testkit::wait_until;
use tokio::net::TcpListener;
use worker::admin;

const PREFIX: &str = "health-";
const PARTITIONS: u16 = 4;

/// Shows a worker's readiness as the admin listener does; returns its address.
async fn watched(worker: &TestWorker) -> String {
    let readiness = admin::readiness();
    let watching = admin::watch(worker.app.clone(), readiness.clone(), worker.shutdown.clone());
    tokio::spawn(watching);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, health::routes::<()>(readiness)).await });
    format!("http://{address}/readyz")
}

async fn comes_to(url: &str, status: u16, checks: Value) {
    wait_until(&format!("{status} {checks}"), SOON, async || {
        let answer = reqwest::get(url).await.unwrap();
        let is_status = answer.status().as_u16() == status;
        let shown: Value = answer.json().await.unwrap();
        (is_status && shown == checks).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_part_of_a_cluster_that_is_away_is_shown_and_a_server_that_is_away_is_missed() {
    let dir = tempfile::tempdir().unwrap();
    let nodes = RedisCluster::start(dir.path()).await.unwrap();
    let broker = EmbeddedBroker::start().unwrap();
    broker.create_topics(PREFIX, PARTITIONS).unwrap();
    let kafka = [
        ("SLUICE_KAFKA__BROKERS", broker.brokers().to_owned()),
        ("SLUICE_KAFKA__TOPIC_PREFIX", PREFIX.to_owned()),
        ("SLUICE_KAFKA__PARTITIONS", PARTITIONS.to_string()),
    ];
    let redis = nodes.env();
    let redis = redis.iter().map(|(name, value)| (name.as_str(), value.clone()));
    let changes: Vec<_> = kafka.into_iter().chain(redis).collect();
    let worker = TestWorker::new(&changes).await;
    let url = watched(&worker).await;
    let shown = |masters: bool, kafka: bool| {
        json!({
            "redis": true, "redis_masters": masters, "postgres": true,
            "kafka": kafka, "kafka_partitions": kafka,
        })
    };
    comes_to(&url, 200, shown(true, true)).await;

    let away = nodes.nodes().nth(1).unwrap();
    away.kill9().await.unwrap();
    comes_to(&url, 200, shown(false, true)).await;
    away.start().await.unwrap();
    comes_to(&url, 200, shown(true, true)).await;

    // It was there before, so a client that goes by what it remembers would find it still.
    drop(broker);
    comes_to(&url, 503, shown(true, false)).await;
    nodes.stop().await.unwrap();
}
