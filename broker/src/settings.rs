//! Settings of librdkafka: its defaults lose messages and reconnect slowly.

use rdkafka::ClientConfig;
use secrecy::ExposeSecret;
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
    secure(&mut config, settings);
    config
}

/// TLS, and how we say who we are. librdkafka compares the broker's name with its certificate.
fn secure(config: &mut ClientConfig, settings: &KafkaSettings) {
    let mechanism = settings.sasl.mechanism();
    config.set("security.protocol", protocol(settings.tls, mechanism.is_some()));
    if settings.tls {
        let files = [
            ("ssl.ca.location", &settings.ca_file),
            ("ssl.certificate.location", &settings.certificate_file),
            ("ssl.key.location", &settings.key_file),
        ];
        for (name, path) in files.into_iter().filter(|(_, path)| !path.is_empty()) {
            config.set(name, path);
        }
    }
    if let Some(mechanism) = mechanism {
        config
            .set("sasl.mechanism", mechanism)
            .set("sasl.username", &settings.user)
            .set("sasl.password", settings.password.expose_secret());
    }
}

const fn protocol(tls: bool, sasl: bool) -> &'static str {
    match (tls, sasl) {
        (false, false) => "plaintext",
        (false, true) => "sasl_plaintext",
        (true, false) => "ssl",
        (true, true) => "sasl_ssl",
    }
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

/// A consumer that reads what is there already: a fetch for what may come would only hold up the next
/// range. Otherwise as [`reader`].
pub(crate) fn range_reader(settings: &KafkaSettings) -> ClientConfig {
    let mut config = reader(settings);
    config.set("fetch.wait.max.ms", "10");
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

#[cfg(test)]
mod tests {
    use super::*;
    use rdkafka::{error::KafkaResult, producer::BaseProducer};

    fn settings(changes: &[(&'static str, &'static str)]) -> KafkaSettings {
        let named = changes.iter().map(|&(name, value)| (format!("SLUICE_KAFKA__{name}"), value));
        testkit::settings(named).kafka
    }

    #[test]
    fn a_client_without_settings_says_nothing_about_itself() {
        let config = client(&settings(&[("USER", "worker"), ("PASSWORD", "secret")]));
        assert_eq!(config.get("security.protocol"), Some("plaintext"));
        assert_eq!((config.get("sasl.username"), config.get("sasl.password")), (None, None));
    }

    #[test]
    fn every_kind_of_client_is_secured_alike() {
        let settings = settings(&[
            ("TLS", "true"),
            ("CA_FILE", "/etc/ca.pem"),
            ("SASL", "scram-sha-512"),
            ("USER", "worker"),
            ("PASSWORD", "secret"),
        ]);
        for config in [client(&settings), producer(&settings), consumer(&settings)] {
            let get = |name| config.get(name);
            assert_eq!(get("security.protocol"), Some("sasl_ssl"));
            assert_eq!(get("ssl.ca.location"), Some("/etc/ca.pem"));
            assert_eq!(get("ssl.key.location"), None);
            assert_eq!(get("sasl.mechanism"), Some("SCRAM-SHA-512"));
            assert_eq!(
                (get("sasl.username"), get("sasl.password")),
                (Some("worker"), Some("secret"))
            );
        }
    }

    #[test]
    fn librdkafka_was_built_with_every_mechanism() {
        for sasl in ["plain", "scram-sha-256", "scram-sha-512"] {
            let known = [("TLS", "true"), ("SASL", sasl), ("USER", "worker"), ("PASSWORD", "x")];
            let created: KafkaResult<BaseProducer> = producer(&settings(&known)).create();
            assert!(created.is_ok(), "{sasl}: {:?}", created.err());
        }
    }
}
