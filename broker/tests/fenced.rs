//! Clients of a cluster whose brokers are all fenced for a moment, again and again.

#![expect(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

#[path = "fenced/answers.rs"]
mod answers;
#[path = "fenced/cluster.rs"]
mod cluster;

use broker::{LogConsumer, LogInfo, PartitionReader, Producer, Topics};
use cluster::FencedCluster;
use shared::config::KafkaSettings;
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};
use testkit::{TestTopics, wait_until};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

/// How often the brokers are fenced. Each time a client loses them for good by chance only.
const N_TIMES: usize = 12;
/// How long they are.
const FENCED: Duration = Duration::from_millis(300);
/// How long they are not.
const BACK: Duration = Duration::from_millis(1500);
/// How long all clients may take to find them again, on a busy machine. A client that has lost them for
/// good never does.
const SOON: Duration = Duration::from_secs(120);
/// Between two tries of a client.
const PAUSE: Duration = Duration::from_millis(100);
/// A partition that the topic does not have, so that the cluster is asked for it.
const MISSING: i32 = 99;

/// One client of each kind, at work on a partition.
struct Clients {
    topic: String,
    partition: i32,
    producer: Producer,
    log: LogInfo,
    /// Offset of the record that is read next.
    next_offset: Arc<AtomicI64>,
    _at_work: JoinSet<()>,
}

impl Clients {
    fn start(settings: &KafkaSettings, partition: i32) -> Self {
        let topic = Topics::new(settings).order_commands;
        let producer = Producer::new(settings).unwrap();
        let consumer = LogConsumer::new(settings).unwrap();
        let log = LogInfo::new(settings).unwrap();
        let next_offset = Arc::default();
        let mut at_work = JoinSet::new();
        at_work.spawn(write(producer.clone(), topic.clone(), partition));
        at_work.spawn(ask_as_producer(producer.clone(), topic.clone()));
        let read_offset = Arc::clone(&next_offset);
        at_work.spawn(read(consumer.clone(), topic.clone(), partition, read_offset));
        at_work.spawn(ask_as_consumer(consumer, topic.clone()));
        at_work.spawn(look(log.clone(), topic.clone(), partition));
        Self { topic, partition, producer, log, next_offset, _at_work: at_work }
    }

    /// Returns the offset of a record that was acknowledged.
    async fn write(&self) -> Option<i64> {
        let written = self.producer.produce(&self.topic, Some(self.partition), b"key", b"last");
        Some(written.await.ok()?.offset)
    }

    fn has_read(&self, offset: i64) -> bool {
        self.next_offset.load(Ordering::Relaxed) > offset
    }

    async fn end(&self) -> Option<i64> {
        self.log.ends(&self.topic, &[self.partition]).await.ok()?.remove(&self.partition)
    }

    async fn has_offsets(&self) -> Option<()> {
        self.log.offsets(&self.topic, self.partition).await.ok().map(drop)
    }
}

async fn write(producer: Producer, topic: String, partition: i32) {
    loop {
        let _ = producer.produce(&topic, Some(partition), b"key", b"x").await;
        sleep(PAUSE).await;
    }
}

async fn read(consumer: LogConsumer, topic: String, partition: i32, next_offset: Arc<AtomicI64>) {
    loop {
        let offset = next_offset.load(Ordering::Relaxed);
        if let Ok(mut reader) = PartitionReader::open(&consumer, &topic, partition, offset).await {
            while reader.read_batch(1000, PAUSE).await.is_ok() {
                next_offset.store(reader.next_offset(), Ordering::Relaxed);
            }
        }
        sleep(PAUSE).await;
    }
}

/// Asks for the brokers, as all kinds of clients do here: a few requests at once, and often. By
/// themselves they ask every few seconds, and would seldom meet the moment.
async fn look(log: LogInfo, topic: String, partition: i32) {
    let partitions = [partition];
    loop {
        let _ = tokio::join!(
            log.partitions(),
            log.partitions(),
            log.partitions(),
            log.ends(&topic, &partitions),
        );
        sleep(PAUSE).await;
    }
}

async fn ask_as_producer(producer: Producer, topic: String) {
    loop {
        let ask = || producer.send(&topic, Some(MISSING), b"key", b"x");
        let _ = tokio::join!(ask(), ask(), ask(), ask());
        sleep(PAUSE).await;
    }
}

async fn ask_as_consumer(consumer: LogConsumer, topic: String) {
    loop {
        let ask = || PartitionReader::open(&consumer, &topic, MISSING, 0);
        let _ = tokio::join!(ask(), ask(), ask(), ask());
        sleep(PAUSE).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn clients_whose_brokers_were_all_fenced_find_them_again() {
    let topics = TestTopics::create().await;
    let cluster = FencedCluster::before(&topics.settings().brokers).await;
    let settings = KafkaSettings { brokers: cluster.brokers(), ..topics.settings().clone() };
    let partitions = 0..i32::from(settings.partitions.get());
    let all: Vec<_> = partitions.map(|partition| Clients::start(&settings, partition)).collect();
    for clients in &all {
        wait_until("first record", SOON, async || clients.has_read(0).then_some(())).await;
    }

    for _ in 0..N_TIMES {
        cluster.set_fenced(true);
        sleep(FENCED).await;
        cluster.set_fenced(false);
        sleep(BACK).await;
    }

    let deadline = Instant::now() + SOON;
    let left = || deadline.saturating_duration_since(Instant::now());
    for clients in &all {
        let written =
            wait_until("acknowledged record", left(), async || clients.write().await).await;
        wait_until("reading of it", left(), async || clients.has_read(written).then_some(())).await;
        wait_until("end behind it", left(), async || {
            clients.end().await.filter(|end| *end > written)
        })
        .await;
        wait_until("its offsets", left(), async || clients.has_offsets().await).await;
    }
}
