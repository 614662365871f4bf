//! Topics of a test's own.

use std::time::Duration;

use broker::{LogInfo, Topics};
use shared::config::KafkaSettings;
use stack::{Endpoints, fleet::Env, kafka::embedded::EmbeddedBroker};
use uuid::Uuid;

use crate::{settings, wait_until};

/// Enough for the drops of one test; each partition is a folder on the broker's disk.
const PARTITIONS: u16 = 4;
const LEADER_TIMEOUT: Duration = Duration::from_secs(20);

/// All topics under a prefix that nobody else has.
#[derive(Debug)]
pub struct TestTopics {
    settings: KafkaSettings,
    env: Env,
    /// Where the run is on the embedded broker, each test holds one: only its holder can make
    /// topics on it.
    _broker: Option<EmbeddedBroker>,
}

impl TestTopics {
    /// Makes topics on the shared stack.
    pub async fn create() -> Self {
        Self::create_on(crate::endpoints()).await
    }

    /// Makes topics on another stack.
    ///
    /// # Panics
    ///
    /// Panics if the broker does not take them.
    pub async fn create_on(endpoints: &Endpoints) -> Self {
        let broker = (endpoints.kafka_mode == "embedded")
            .then(|| EmbeddedBroker::start().expect("librdkafka brings a broker"));
        let brokers = broker.as_ref().map_or(endpoints.kafka_brokers.as_str(), |b| b.brokers());
        let env: Env = [
            ("BROKERS", brokers.to_owned()),
            ("MODE", endpoints.kafka_mode.clone()),
            ("TOPIC_PREFIX", format!("t{}-", Uuid::now_v7().simple())),
            ("PARTITIONS", PARTITIONS.to_string()),
        ]
        .map(|(key, value)| (format!("SLUICE_KAFKA__{key}"), value))
        .into();
        let settings = settings(env.clone()).kafka;
        match &broker {
            Some(broker) => {
                let made = broker.create_topics(&settings.topic_prefix, PARTITIONS);
                made.expect("a new broker takes our topics");
            }
            None => {
                let made = broker::admin::ensure_topics(&settings).await;
                made.expect("the broker takes our topics");
                wait_for_leaders(&settings).await;
            }
        }
        Self { settings, env, _broker: broker }
    }

    /// Settings for a client.
    #[must_use]
    pub fn settings(&self) -> &KafkaSettings {
        &self.settings
    }

    /// The same for a service.
    #[must_use]
    pub fn env(&self) -> &Env {
        &self.env
    }

    /// The prefix of this test's topics.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.settings.topic_prefix
    }
}

/// A new topic's partitions have no leader for a moment after the broker has taken it.
async fn wait_for_leaders(settings: &KafkaSettings) {
    let log = LogInfo::new(settings).expect("librdkafka takes our settings");
    let topics = Topics::new(settings);
    let last_partition = i32::from(PARTITIONS) - 1;
    for (topic, partition) in [
        (&topics.queue_events, last_partition),
        (&topics.order_commands, last_partition),
        (&topics.order_events, 0),
        (&topics.dead_letters, 0),
    ] {
        wait_until("leader of a new partition", LEADER_TIMEOUT, async || {
            log.offsets(topic, partition).await.ok()
        })
        .await;
    }
}
