//! Topics, watermarks and the identity of the log.

use crate::{BrokerError, settings};
use rdkafka::{
    admin::{AdminClient, AdminOptions, NewTopic, TopicReplication},
    client::DefaultClientContext,
    consumer::{BaseConsumer, Consumer},
    error::{KafkaError, RDKafkaErrorCode},
};
use shared::{config::KafkaSettings, messages::topics};
use std::{collections::HashSet, ops::Range, sync::Arc, time::Duration};

const TIMEOUT: Duration = Duration::from_secs(3);
/// With so many copies, each record can be on two brokers while one is away.
const REPLICATION_TO_LOSE_ONE: i32 = 3;

/// Asks the broker about its logs; clones share one connection.
#[derive(Clone)]
pub struct LogInfo {
    consumer: Arc<BaseConsumer>,
}

impl LogInfo {
    /// Creates a client. It connects when it is first used.
    ///
    /// # Errors
    ///
    /// Returns [`BrokerError`] when librdkafka refuses a setting.
    pub fn new(settings: &KafkaSettings) -> Result<Self, BrokerError> {
        let consumer = settings::reader(settings)
            .create()
            .map_err(BrokerError::during("create a log client"))?;
        Ok(Self { consumer: Arc::new(consumer) })
    }

    /// Returns the cluster's id; another id means another log.
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
        .map_err(BrokerError::during("ask for the cluster's id"))
    }

    /// Returns a partition's offsets, from the first one kept to its end.
    ///
    /// # Errors
    ///
    /// Returns [`BrokerError`] when the broker does not answer.
    pub async fn offsets(&self, topic: &str, partition: i32) -> Result<Range<i64>, BrokerError> {
        let topic = topic.to_owned();
        self.blocking(move |consumer| consumer.fetch_watermarks(&topic, partition, TIMEOUT))
            .await
            .map(|(low, high)| low..high)
            .map_err(BrokerError::during("ask for the end of a partition"))
    }

    /// Returns the names of all topics.
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
        .map_err(BrokerError::during("list topics"))
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

/// Creates our topics where they are missing, with as many copies as the settings say. Those that
/// exist stay as they are.
///
/// The embedded broker does not take such a request; its owner has created them already, so
/// only those that are missing are asked for.
///
/// # Errors
///
/// Returns [`BrokerError`] when the broker does not answer, or cannot create them.
pub async fn ensure_topics(settings: &KafkaSettings) -> Result<(), BrokerError> {
    let existing = LogInfo::new(settings)?.topics().await?;
    let wanted = topics::all(&settings.topic_prefix, settings.partitions.get());
    let replication = i32::from(settings.replication.get());
    let missing: Vec<_> = wanted
        .iter()
        .filter(|(name, _)| !existing.contains(name))
        .map(|(name, partitions)| new_topic(name, *partitions, replication))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let admin: AdminClient<DefaultClientContext> = settings::client(settings)
        .create()
        .map_err(BrokerError::during("create an admin client"))?;
    let options = AdminOptions::new().request_timeout(Some(TIMEOUT * 3));
    let results = admin
        .create_topics(&missing, &options)
        .await
        .map_err(BrokerError::during("create topics"))?;
    results.into_iter().try_for_each(|result| match result {
        Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => Ok(()),
        Err((_, code)) => Err(BrokerError::new("create a topic", KafkaError::AdminOp(code))),
    })
}

/// Kept forever: a room is rebuilt from them, and they prove the line's history.
fn new_topic(name: &str, partitions: i32, replication: i32) -> NewTopic<'_> {
    let topic = NewTopic::new(name, partitions, TopicReplication::Fixed(replication))
        .set("retention.ms", "-1")
        .set("retention.bytes", "-1")
        .set("cleanup.policy", "delete");
    if replication < REPLICATION_TO_LOSE_ONE {
        return topic;
    }
    topic.set("min.insync.replicas", "2")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_brokers_must_have_a_record_where_one_of_three_may_be_lost() {
        let in_sync = |replication| {
            let NewTopic { replication, config, .. } = new_topic("t", 4, replication);
            let TopicReplication::Fixed(copies) = replication else { return None };
            let wanted = config.iter().find(|(key, _)| *key == "min.insync.replicas");
            Some((copies, wanted.map(|(_, n)| (*n).to_owned())))
        };
        assert_eq!(in_sync(1), Some((1, None)));
        assert_eq!(in_sync(2), Some((2, None)), "with both of two, one that is away stops us");
        assert_eq!(in_sync(3), Some((3, Some("2".to_owned()))));
        assert_eq!(in_sync(5), Some((5, Some("2".to_owned()))));
    }
}
