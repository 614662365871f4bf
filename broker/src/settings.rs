//! Settings of librdkafka: its defaults lose messages and reconnect slowly.

use rdkafka::ClientConfig;
use shared::config::{KafkaMode, KafkaSettings};

/// What every client has.
pub(crate) fn client(settings: &KafkaSettings) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", &settings.brokers)
        .set("client.id", "sluice")
        .set("broker.address.family", "v4")
        .set("socket.nagle.disable", "true")
        // A closed connection is opened again; if that fails, the calls that need it say so.
        .set("log.connection.close", "false")
        .set("socket.timeout.ms", "5000")
        .set("reconnect.backoff.ms", "50")
        // The default of 10 s would be felt as an outage of its own after a broker's restart.
        .set("reconnect.backoff.max.ms", "500")
        .set("topic.metadata.refresh.interval.ms", "10000")
        .set("topic.metadata.propagation.max.ms", "2000")
        // Topics are created with a chosen number of partitions; asking for one must not create it.
        .set("allow.auto.create.topics", "false");
    config
}

/// A producer that never reports a record as written when it may be lost.
pub(crate) fn producer(settings: &KafkaSettings) -> ClientConfig {
    let mut config = client(settings);
    config
        .set("enable.idempotence", "true")
        .set("acks", "all")
        .set("max.in.flight.requests.per.connection", "5")
        .set("delivery.timeout.ms", settings.delivery_timeout_ms.to_string())
        .set("request.timeout.ms", settings.delivery_timeout_ms.get().min(3000).to_string())
        .set("retry.backoff.ms", "50")
        .set("retry.backoff.max.ms", "500")
        .set("linger.ms", "0.5")
        .set("message.max.bytes", "1000000")
        .set("queue.buffering.max.messages", "200000");
    config
}

/// Kilobytes that wait to be taken from one partition, at most.
const QUEUED_OF_ONE: &str = "16384";
/// The same where one of hundreds may be stalled.
const QUEUED_OF_MANY: &str = "1024";

/// A consumer of many partitions, otherwise as [`reader`].
pub(crate) fn consumer(settings: &KafkaSettings) -> ClientConfig {
    let mut config = reader(settings);
    config.set("queued.max.messages.kbytes", QUEUED_OF_MANY);
    config
}

/// A consumer whose offset is given to it; it keeps none at the broker.
pub(crate) fn reader(settings: &KafkaSettings) -> ClientConfig {
    let mut config = client(settings);
    config
        // Needed for `assign`; nobody joins this group and nothing is committed to it.
        .set("group.id", format!("{}sluice-readers", settings.topic_prefix))
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        // A log that no longer has our offset must be noticed, not skipped.
        .set("auto.offset.reset", "error")
        .set("isolation.level", "read_uncommitted")
        .set("fetch.wait.max.ms", fetch_wait_ms(settings.mode))
        .set("fetch.min.bytes", "1")
        .set("fetch.error.backoff.ms", "50")
        .set("fetch.queue.backoff.ms", "20")
        .set("queued.min.messages", "2000")
        .set("queued.max.messages.kbytes", QUEUED_OF_ONE)
        .set("session.timeout.ms", "10000")
        .set("heartbeat.interval.ms", "3000")
        .set("check.crcs", "true");
    config
}

/// How long a broker holds back a fetch for which it has nothing yet.
///
/// A record that comes meanwhile ends the wait, so a long one only saves requests; a partition that
/// is assigned meanwhile has to sit it out. The embedded broker sleeps through what comes.
const fn fetch_wait_ms(mode: KafkaMode) -> &'static str {
    match mode {
        KafkaMode::Embedded => "10",
        KafkaMode::Auto | KafkaMode::Kafka => "100",
    }
}
