//! Topics, watermarks and the identity of the log.

use crate::{BrokerError, Topics, error::Doing, settings};
use rdkafka::{
    admin::{AdminClient, AdminOptions, NewTopic, TopicReplication},
    client::DefaultClientContext,
    consumer::{BaseConsumer, Consumer},
    error::{KafkaError, RDKafkaErrorCode},
};
use shared::config::KafkaSettings;
use std::{collections::HashSet, ops::Range, sync::Arc, time::Duration};

const TIMEOUT: Duration = Duration::from_secs(3);

/// Asks the broker about its logs; clones share one connection.
#[derive(Clone)]
pub struct LogInfo {
    consumer: Arc<BaseConsumer>,
}

impl LogInfo {
    /// Makes a client. It connects when it is first used.
    ///
    /// # Errors
    ///
    /// Returns [`BrokerError`] when librdkafka refuses a setting.
    pub fn new(settings: &KafkaSettings) -> Result<Self, BrokerError> {
        let consumer = settings::reader(settings).create().doing("make a log client")?;
        Ok(Self { consumer: Arc::new(consumer) })
    }

    /// Id of the cluster; another one means another log.
    ///
    /// # Errors
    ///
    /// Returns [`BrokerError`] when the broker does not answer.
    pub async fn cluster_id(&self) -> Result<String, BrokerError> {
        self.blocking(|consumer| {
            consumer
                .client()
                .fetch_cluster_id(TIMEOUT)
                .ok_or(KafkaError::MetadataFetch(RDKafkaErrorCode::OperationTimedOut))
        })
        .await
        .doing("ask for the cluster's id")
    }

    /// First offset and end of a partition.
    ///
    /// # Errors
    ///
    /// Returns [`BrokerError`] when the broker does not answer.
    pub async fn offsets(&self, topic: &str, partition: i32) -> Result<Range<i64>, BrokerError> {
        let topic = topic.to_owned();
        self.blocking(move |consumer| consumer.fetch_watermarks(&topic, partition, TIMEOUT))
            .await
            .map(|(low, high)| low..high)
            .doing("ask for the end of a partition")
    }

    /// Names of all topics that the broker has.
    ///
    /// # Errors
    ///
    /// Returns [`BrokerError`] when the broker does not answer.
    pub async fn topics(&self) -> Result<HashSet<String>, BrokerError> {
        self.blocking(|consumer| {
            let metadata = consumer.fetch_metadata(None, TIMEOUT)?;
            Ok(metadata.topics().iter().map(|topic| topic.name().to_owned()).collect())
        })
        .await
        .doing("list topics")
    }

    async fn blocking<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&BaseConsumer) -> Result<T, KafkaError> + Send + 'static,
    ) -> Result<T, KafkaError> {
        let consumer = Arc::clone(&self.consumer);
        tokio::task::spawn_blocking(move || ask(&consumer))
            .await
            .map_err(|_| KafkaError::Canceled)?
    }
}

/// Creates our topics where they are missing.
///
/// The embedded broker does not take such a request; there topics are made by whoever holds it,
/// so what is there already is not asked for.
///
/// # Errors
///
/// Returns [`BrokerError`] when the broker does not answer, or cannot create them.
pub async fn ensure_topics(settings: &KafkaSettings) -> Result<(), BrokerError> {
    let there = LogInfo::new(settings)?.topics().await?;
    let names = Topics::new(settings);
    let partitions = i32::from(settings.partitions.get());
    let wanted = [
        (&names.queue_events, partitions),
        (&names.order_commands, partitions),
        (&names.order_events, 4),
        (&names.dead_letters, 1),
    ];
    let missing: Vec<_> = wanted
        .into_iter()
        .filter(|(name, _)| !there.contains(*name))
        .map(|(name, partitions)| new_topic(name, partitions))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let admin: AdminClient<DefaultClientContext> =
        settings::client(settings).create().doing("make an admin client")?;
    let options = AdminOptions::new().request_timeout(Some(TIMEOUT * 3));
    let results = admin.create_topics(&missing, &options).await.doing("create topics")?;
    results.into_iter().try_for_each(|result| match result {
        Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => Ok(()),
        Err((_, code)) => Err(KafkaError::AdminOp(code)).doing("create a topic"),
    })
}

/// Kept for ever: a room is rebuilt from them, and the line's history is proven by them.
fn new_topic(name: &str, partitions: i32) -> NewTopic<'_> {
    NewTopic::new(name, partitions, TopicReplication::Fixed(-1))
        .set("retention.ms", "-1")
        .set("retention.bytes", "-1")
        .set("cleanup.policy", "delete")
}
