use std::time::Duration;

use rdkafka::{
    ClientConfig, Message, Offset, TopicPartitionList,
    admin::{AdminClient, AdminOptions, NewTopic, TopicReplication},
    client::DefaultClientContext,
    consumer::{BaseConsumer, Consumer},
    producer::{FutureProducer, FutureRecord},
};
use shared::config::KafkaMode;
use stack::{Stack, StackOptions};

const TOPIC: &str = "order-commands";

fn config(brokers: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", brokers).set("enable.idempotence", "true");
    config
}

async fn create_topic(brokers: &str) {
    let admin: AdminClient<DefaultClientContext> = config(brokers).create().unwrap();
    let topic = NewTopic::new(TOPIC, 2, TopicReplication::Fixed(1));
    let results = admin.create_topics(&[topic], &AdminOptions::new()).await.unwrap();
    results.into_iter().for_each(|result| drop(result.unwrap()));
}

async fn produce(brokers: &str, payload: &str) {
    let producer: FutureProducer =
        config(brokers).set("message.timeout.ms", "20000").create().unwrap();
    let record = FutureRecord::to(TOPIC).key("drop").payload(payload).partition(1);
    producer.send(record, Duration::from_secs(20)).await.unwrap();
}

fn read_all(brokers: &str, n_records: usize) -> Vec<String> {
    let consumer: BaseConsumer = config(brokers)
        .set("group.id", "reader")
        .set("enable.auto.commit", "false")
        .create()
        .unwrap();
    let mut start = TopicPartitionList::new();
    start.add_partition_offset(TOPIC, 1, Offset::Beginning).unwrap();
    consumer.assign(&start).unwrap();
    let mut payloads = Vec::new();
    for _ in 0..300 {
        if let Some(Ok(message)) = consumer.poll(Duration::from_millis(100)) {
            payloads.push(String::from_utf8(message.payload().unwrap().to_vec()).unwrap());
        }
        if payloads.len() == n_records {
            break;
        }
    }
    payloads
}

#[tokio::test(flavor = "multi_thread")]
async fn records_survive_kill_9() {
    let (stack, _dir) = super::start(false, false, true).await;
    let server = stack.kafka();
    assert_eq!(server.mode(), KafkaMode::Kafka, "this test needs a JDK and Kafka's jars");
    let brokers = server.url().to_owned();
    create_topic(&brokers).await;
    produce(&brokers, "first").await;

    server.kill9().await.unwrap();
    let started_at = std::time::Instant::now();
    server.start().await.unwrap();
    println!("ready {:?} after kill -9", started_at.elapsed());
    produce(&brokers, "second").await;

    server.restart().await.unwrap();
    let payloads = tokio::task::spawn_blocking(move || read_all(&brokers, 2)).await.unwrap();
    assert_eq!(payloads, ["first", "second"]);
    stack.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_broker_takes_records_and_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let options = StackOptions::on_free_ports(dir.path()).unwrap().only(false, false, true);
    let stack = Stack::start(options.kafka_mode(KafkaMode::Embedded)).await.unwrap();
    let server = stack.kafka();
    let brokers = server.url().to_owned();
    assert_eq!(server.mode(), KafkaMode::Embedded);
    server.create_embedded_topics("", 2).unwrap();
    produce(&brokers, "first").await;
    server.kill9().await.unwrap();
    server.start().await.unwrap();
    produce(&brokers, "second").await;
    let payloads = tokio::task::spawn_blocking(move || read_all(&brokers, 2)).await.unwrap();
    assert_eq!(payloads, ["first", "second"]);
}
