//! Topics of a test's own.

use std::time::Duration;

use broker::LogInfo;
use shared::{
    config::{KafkaMode, KafkaSettings},
    messages::topics,
};
use stack::{Endpoints, Env, KafkaServer, kafka::embedded::EmbeddedBroker};
use uuid::Uuid;

use crate::{settings, wait_until};

/// Enough for the drops of one test; each partition is a folder on the broker's disk.
const PARTITIONS: u16 = 4;
/// How long the broker may take to make topics, and each of their partitions to get a leader.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// All topics under a prefix of a test's own.
#[derive(Debug)]
pub struct TestTopics {
    settings: KafkaSettings,
    env: Env,
    /// On the embedded broker each test has its own: only its owner can create topics on it.
    _broker: Option<EmbeddedBroker>,
}

impl TestTopics {
    /// Creates topics on the shared stack.
    pub async fn create() -> Self {
        Self::create_on(crate::endpoints()).await
    }

    /// Creates topics on another stack.
    ///
    /// # Panics
    ///
    /// Panics if the broker refuses them.
    pub async fn create_on(endpoints: &Endpoints) -> Self {
        let broker = (endpoints.kafka_mode == Some(KafkaMode::Embedded))
            .then(|| EmbeddedBroker::start().expect("librdkafka brings a broker"));
        let given = endpoints.kafka_brokers.as_str();
        let brokers = broker.as_ref().map_or(given, EmbeddedBroker::brokers);
        let mode = endpoints.kafka_mode.unwrap_or(KafkaMode::Kafka);
        let env: Env = [
            ("BROKERS", brokers.to_owned()),
            ("MODE", mode.as_str().to_owned()),
            ("TOPIC_PREFIX", format!("t{}-", Uuid::now_v7().simple())),
            ("PARTITIONS", PARTITIONS.to_string()),
        ]
        .map(|(key, value)| (format!("SLUICE_KAFKA__{key}"), value))
        .into();
        let settings = settings(env.clone()).kafka;
        if let Some(broker) = &broker {
            let created = broker.create_topics(&settings.topic_prefix, PARTITIONS);
            created.expect("a new broker takes our topics");
        }
        // A busy broker may take longer than a service waits for it.
        wait_until("topics", READY_WITHIN, async || {
            broker::admin::ensure_topics(&settings).await.ok()
        })
        .await;
        wait_for_leaders(&settings).await;
        Self { settings, env, _broker: broker }
    }

    /// Creates those of a server that the test has for itself, under the settings' own prefix.
    pub(crate) async fn of_server(
        server: &KafkaServer,
        settings: KafkaSettings,
    ) -> anyhow::Result<Self> {
        server.create_embedded_topics(&settings.topic_prefix, settings.partitions.get())?;
        broker::admin::ensure_topics(&settings).await?;
        wait_for_leaders(&settings).await;
        Ok(Self { settings, env: Env::new(), _broker: None })
    }

    /// Settings for a client.
    #[must_use]
    pub fn settings(&self) -> &KafkaSettings {
        &self.settings
    }

    /// What of them differs from the defaults, for a service.
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
    for (topic, n_partitions) in topics::all(&settings.topic_prefix, settings.partitions.get()) {
        wait_until("leader of a new partition", READY_WITHIN, async || {
            log.offsets(&topic, n_partitions - 1).await.ok()
        })
        .await;
    }
}
