//! Writing and reading on the broker that librdkafka brings along.

#![expect(clippy::unwrap_used, reason = "a test has no better answer")]

use broker::{
    LogConsumer, LogInfo, PartitionReader, Producer, RangeConsumers, RangeReader, Topics, admin,
    fingerprint_before,
};
use rdkafka::mocking::MockCluster;
use shared::config::KafkaSettings;
use stack::kafka::embedded::EmbeddedBroker;
use std::{ops::Range, time::Duration};
use testkit::{settings, wait_until};

const SECOND: Duration = Duration::from_secs(1);

fn start() -> (EmbeddedBroker, KafkaSettings) {
    let broker = EmbeddedBroker::start().unwrap();
    broker.create_topics("t-", 2).unwrap();
    let env = [
        ("SLUICE_KAFKA__BROKERS", broker.brokers().to_owned()),
        ("SLUICE_KAFKA__TOPIC_PREFIX", "t-".to_owned()),
        ("SLUICE_KAFKA__PARTITIONS", "2".to_owned()),
    ];
    (broker, settings(env).kafka)
}

#[tokio::test]
async fn records_are_read_from_any_offset_in_their_order() {
    let (_broker, settings) = start();
    let topic = Topics::new(&settings).order_commands;
    let producer = Producer::new(&settings).unwrap();
    for n in 0..20_u8 {
        let position = producer.produce(&topic, Some(1), b"key", &[n]).await.unwrap();
        assert_eq!((position.partition, position.offset), (1, i64::from(n)));
    }

    let consumer = LogConsumer::new(&settings).unwrap();
    let mut reader = PartitionReader::open(&consumer, &topic, 1, 5).await.unwrap();
    let mut read = Vec::new();
    while read.len() < 15 {
        read.extend(reader.read_batch(4, SECOND * 10).await.unwrap());
    }

    let payloads: Vec<_> = read.iter().map(|record| record.payload.clone().unwrap()[0]).collect();
    assert_eq!(payloads, (5..20).collect::<Vec<_>>());
    assert!(reader.read_batch(4, SECOND / 5).await.unwrap().is_empty(), "nothing more");
    drop(reader);
    let mut reader = PartitionReader::open(&consumer, &topic, 1, 18).await.unwrap();
    let again = reader.read_batch(4, SECOND * 10).await.unwrap();
    assert_eq!(again[0].offset, 18);
    let ranges = RangeConsumers::new(&settings);
    let before = fingerprint_before(&ranges, &topic, 1, 18).await.unwrap();
    assert_eq!(before, Some(read[12].fingerprint()));
    assert_eq!(fingerprint_before(&ranges, &topic, 1, 0).await.unwrap(), None);
}

#[tokio::test]
async fn a_range_is_read_to_its_end_and_no_further() {
    let (_broker, settings) = start();
    let topic = Topics::new(&settings).queue_events;
    let producer = Producer::new(&settings).unwrap();
    for n in 0..10_u8 {
        producer.produce(&topic, Some(0), b"key", &[n]).await.unwrap();
    }

    let ranges = RangeConsumers::new(&settings);
    let mut reader = RangeReader::open(&ranges, &topic, 0, 2..7).await.unwrap();
    let mut offsets = Vec::new();
    while let Some(records) = reader.next().await.unwrap() {
        offsets.extend(records.iter().map(|record| record.offset));
    }

    assert_eq!(offsets, [2, 3, 4, 5, 6]);
    let log = LogInfo::new(&settings).unwrap();
    assert_eq!(log.offsets(&topic, 0).await.unwrap(), 0..10);
    let ends = log.ends(&topic, &[0, 1]).await.unwrap();
    assert_eq!(ends, [(0, 10), (1, 0)].into());
    assert!(!log.cluster_id().await.unwrap().is_empty());
}

#[tokio::test]
async fn consumers_of_ranges_serve_one_reader_after_another_and_never_two() {
    let (_broker, settings) = start();
    let topic = Topics::new(&settings).queue_events;
    let producer = Producer::new(&settings).unwrap();
    for n in 0..30_u8 {
        producer.produce(&topic, Some(0), b"key", &[n]).await.unwrap();
    }
    let ranges = RangeConsumers::new(&settings);
    let read = async |range: Range<i64>| {
        let mut reader = RangeReader::open(&ranges, &topic, 0, range).await.unwrap();
        let mut offsets = Vec::new();
        while let Some(records) = reader.next().await.unwrap() {
            offsets.extend(records.iter().map(|record| record.offset));
        }
        offsets
    };
    // The same partition, from other places, forth and back, one by one and side by side.
    for start in [20, 3, 0, 11] {
        assert_eq!(read(start..start + 5).await, Vec::from_iter(start..start + 5));
    }
    let (early, late) = tokio::join!(read(0..30), read(15..30));
    assert_eq!((early.len(), late.first()), (30, Some(&15)));
    // A range that is not there costs only its own reader.
    let mut missing = RangeReader::open(&ranges, &topic, 0, 90..95).await.unwrap();
    assert!(missing.next().await.unwrap_err().is_out_of_range());
    drop(missing);
    assert_eq!(read(29..30).await, [29]);
}

#[tokio::test]
async fn an_offset_that_the_log_does_not_have_is_told() {
    let (_broker, settings) = start();
    let topic = Topics::new(&settings).order_commands;
    Producer::new(&settings).unwrap().produce(&topic, Some(0), b"key", b"x").await.unwrap();

    let consumer = LogConsumer::new(&settings).unwrap();
    let mut reader = PartitionReader::open(&consumer, &topic, 0, 100).await.unwrap();
    let error = reader.read_batch(1, SECOND * 10).await.unwrap_err();

    assert!(error.is_out_of_range(), "{error:?}");
}

#[tokio::test]
async fn a_partition_that_nobody_reads_holds_up_no_other() {
    let (_broker, settings) = start();
    let topic = Topics::new(&settings).order_commands;
    let producer = Producer::new(&settings).unwrap();
    // More than its queue holds.
    for n in 0..8_u8 {
        producer.produce(&topic, Some(0), b"key", &vec![n; 500_000]).await.unwrap();
    }
    let consumer = LogConsumer::new(&settings).unwrap();
    let mut stalled = PartitionReader::open(&consumer, &topic, 0, 0).await.unwrap();
    let mut other = PartitionReader::open(&consumer, &topic, 1, 0).await.unwrap();
    assert_eq!(stalled.read_batch(1, SECOND * 10).await.unwrap()[0].offset, 0);

    for n in 0..20_u8 {
        producer.produce(&topic, Some(1), b"key", &[n]).await.unwrap();
        let read = other.read_batch(1, SECOND * 10).await.unwrap();
        assert_eq!((read.len(), read[0].offset), (1, i64::from(n)));
    }
    while stalled.next_offset() < 8 {
        assert!(!stalled.read_batch(8, SECOND * 10).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_reader_that_comes_later_gets_nothing_of_the_one_before() {
    let (_broker, settings) = start();
    let topic = Topics::new(&settings).order_commands;
    let producer = Producer::new(&settings).unwrap();
    for n in 0..100_u8 {
        producer.produce(&topic, Some(0), b"key", &[n]).await.unwrap();
    }
    let consumer = LogConsumer::new(&settings).unwrap();
    for offset in [0, 50, 10, 99, 0] {
        // The rest waits in its queue when it goes.
        let mut reader = PartitionReader::open(&consumer, &topic, 0, offset).await.unwrap();
        let read = reader.read_batch(1, SECOND * 10).await.unwrap();
        assert_eq!((read.len(), read[0].offset), (1, offset));
    }
}

#[tokio::test]
async fn a_broker_that_makes_no_topics_is_taken_as_it_is() {
    let (_broker, settings) = start();
    admin::ensure_topics(&settings).await.unwrap();
}

#[tokio::test]
async fn a_cluster_that_is_gone_has_no_id_any_more() {
    let (broker, settings) = start();
    let log = LogInfo::new(&settings).unwrap();
    log.cluster_id().await.unwrap();
    assert_eq!(log.n_leaderless().await.unwrap(), 0);
    drop(broker);
    wait_until("failure", SECOND * 60, async || log.cluster_id().await.err().map(drop)).await;
    wait_until("failure", SECOND * 60, async || log.n_leaderless().await.err().map(drop)).await;
}

#[tokio::test]
async fn while_one_of_three_brokers_is_away_the_others_tell_what_has_no_leader() {
    let cluster = MockCluster::new(3).unwrap();
    let env = [
        ("SLUICE_KAFKA__BROKERS", cluster.bootstrap_servers()),
        ("SLUICE_KAFKA__TOPIC_PREFIX", "t-".to_owned()),
    ];
    let settings = settings(env).kafka;
    let topic = Topics::new(&settings).order_commands;
    cluster.create_topic(&topic, 4, 1).unwrap();
    let log = LogInfo::new(&settings).unwrap();
    assert_eq!(log.n_leaderless().await.unwrap(), 0);

    // What a real cluster does by itself when the broker goes that has the only copy of two of them.
    for partition in [1, 2] {
        cluster.partition_leader(&topic, partition, None).unwrap();
    }
    cluster.broker_down(3).unwrap();
    wait_until("answer of another broker", SECOND * 60, async || {
        log.n_leaderless().await.is_ok_and(|n| n == 2).then_some(())
    })
    .await;
    assert!(!log.cluster_id().await.unwrap().is_empty());
}
