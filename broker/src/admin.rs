//! Topics, watermarks and the identity of the log.

use crate::{BrokerError, Topics, error::Doing, settings};
use rdkafka::{
    admin::{AdminClient, AdminOptions, NewTopic, TopicReplication},
    client::DefaultClientContext,
    consumer::{BaseConsumer, Consumer},
    error::{KafkaError, RDKafkaErrorCode},
};
use shared::config::KafkaSettings;
use std::{ops::Range, sync::Arc, time::Duration};

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
/// The embedded broker has no such request; there topics are made by whoever holds it.
///
/// # Errors
///
/// Returns [`BrokerError`] when the broker does not answer.
pub async fn ensure_topics(settings: &KafkaSettings) -> Result<(), BrokerError> {
    let admin: AdminClient<DefaultClientContext> =
        settings::client(settings).create().doing("make an admin client")?;
    let names = Topics::new(settings);
    let partitions = i32::from(settings.partitions.get());
    let wanted = [
        (&names.queue_events, partitions),
        (&names.order_commands, partitions),
        (&names.order_events, 4),
        (&names.dead_letters, 1),
    ];
    // Kept for ever: a room is rebuilt from them, and the line's history is proven by them.
    let topics: Vec<_> = wanted
        .iter()
        .map(|(name, partitions)| {
            NewTopic::new(name, *partitions, TopicReplication::Fixed(-1))
                .set("retention.ms", "-1")
                .set("retention.bytes", "-1")
                .set("cleanup.policy", "delete")
        })
        .collect();
    let options = AdminOptions::new().request_timeout(Some(TIMEOUT * 3));
    match admin.create_topics(&topics, &options).await {
        Ok(results) => results.into_iter().try_for_each(|result| match result {
            Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => Ok(()),
            Err((_, code)) => Err(KafkaError::AdminOp(code)).doing("create a topic"),
        }),
        Err(KafkaError::AdminOp(RDKafkaErrorCode::UnsupportedFeature)) => {
            tracing::warn!("this broker creates no topics on request; relying on what it has");
            Ok(())
        }
        Err(error) => Err(BrokerError::new("create topics", error)),
    }
}
