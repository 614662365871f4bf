//! Ends of logs, partitions of topics and the identity of the cluster.

use crate::{BrokerError, Topics, asked_client::AskedClient, patience::Patience, settings};
use rdkafka::{
    Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
    error::{KafkaError, RDKafkaErrorCode},
    metadata::{Metadata, MetadataTopic},
};
use shared::config::KafkaSettings;
use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
    sync::Arc,
    time::Duration,
};

const TIMEOUT: Duration = Duration::from_secs(3);

/// Asks the broker about its logs; clones share one connection.
#[derive(Clone)]
pub struct LogInfo {
    shared: Arc<Shared>,
}

struct Shared {
    settings: KafkaSettings,
    /// The one that is asked about where any of ours will do.
    topic: String,
    client: AskedClient<BaseConsumer>,
}

impl LogInfo {
    /// Creates a client. It connects when it is first used.
    ///
    /// # Errors
    ///
    /// Returns [`BrokerError`] when librdkafka refuses a setting.
    pub fn new(settings: &KafkaSettings) -> Result<Self, BrokerError> {
        let client = AskedClient::new(create(settings)?, Patience::default());
        let (settings, topic) = (settings.clone(), Topics::new(settings).order_commands);
        Ok(Self { shared: Arc::new(Shared { settings, topic, client }) })
    }

    /// Returns the cluster's id; another id means another log.
    ///
    /// # Errors
    ///
    /// Returns [`BrokerError`] when no broker answers.
    pub async fn cluster_id(&self) -> Result<String, BrokerError> {
        let topic = self.shared.topic.clone();
        self.blocking(move |consumer| {
            // A client tells the id that it has in mind as long as it lives, whoever is there.
            metadata(consumer, &topic)?;
            consumer
                .client()
                .fetch_cluster_id(TIMEOUT)
                .ok_or(KafkaError::MetadataFetch(RDKafkaErrorCode::OperationTimedOut))
        })
        .await
        .map_err(BrokerError::during("ask for the cluster's id"))
    }

    /// Returns how many partitions of the order commands have no leader, as a broker says now: those
    /// of which all copies are on brokers that are away. The others go on.
    ///
    /// # Errors
    ///
    /// Returns [`BrokerError`] when no broker answers.
    pub async fn n_leaderless(&self) -> Result<usize, BrokerError> {
        let topic = self.shared.topic.clone();
        self.blocking(move |consumer| {
            let metadata = metadata(consumer, &topic)?;
            let partitions = metadata.topics().iter().flat_map(MetadataTopic::partitions);
            Ok(partitions.filter(|partition| partition.leader() < 0).count())
        })
        .await
        .map_err(BrokerError::during("ask for leaders of partitions"))
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

    /// Returns the ends of some partitions of a topic, with one request per broker. Those that the
    /// topic does not have are left out.
    ///
    /// # Errors
    ///
    /// Returns [`BrokerError`] when the broker does not answer, or has none of them.
    pub async fn ends(
        &self,
        topic: &str,
        partitions: &[i32],
    ) -> Result<BTreeMap<i32, i64>, BrokerError> {
        if partitions.is_empty() {
            return Ok(BTreeMap::new());
        }
        let (topic, partitions) = (topic.to_owned(), partitions.to_owned());
        self.blocking(move |consumer| ends(consumer, &topic, &partitions))
            .await
            .map_err(BrokerError::during("ask for the ends of partitions"))
    }

    /// Returns how many partitions each topic has, as the broker says now.
    ///
    /// # Errors
    ///
    /// Returns [`BrokerError`] when the broker does not answer.
    pub async fn partitions(&self) -> Result<HashMap<String, usize>, BrokerError> {
        self.blocking(|consumer| {
            let metadata = consumer.fetch_metadata(None, TIMEOUT)?;
            let topics = metadata.topics().iter();
            Ok(topics.map(|topic| (topic.name().to_owned(), topic.partitions().len())).collect())
        })
        .await
        .map_err(BrokerError::during("count partitions"))
    }

    async fn blocking<T: Send + 'static>(
        &self,
        ask: impl Fn(&BaseConsumer) -> Result<T, KafkaError> + Send + 'static,
    ) -> Result<T, KafkaError> {
        let shared = Arc::clone(&self.shared);
        tokio::task::spawn_blocking(move || shared.client.ask(ask, || shared.another()))
            .await
            .map_err(|_| KafkaError::Canceled)?
    }
}

impl Shared {
    fn another(&self) -> Option<BaseConsumer> {
        create(&self.settings)
            .inspect_err(|error| tracing::error!(%error, "could not create another client"))
            .ok()
    }
}

fn create(settings: &KafkaSettings) -> Result<BaseConsumer, BrokerError> {
    settings::reader(settings).create().map_err(BrokerError::during("create a log client"))
}

/// Asks a broker about a topic. Fails if the cluster has no brokers in its own eyes.
fn metadata(consumer: &BaseConsumer, topic: &str) -> Result<Metadata, KafkaError> {
    let metadata = consumer.fetch_metadata(Some(topic), TIMEOUT)?;
    if metadata.brokers().is_empty() {
        return Err(KafkaError::MetadataFetch(RDKafkaErrorCode::AllBrokersDown));
    }
    Ok(metadata)
}

fn ends(
    consumer: &BaseConsumer,
    topic: &str,
    partitions: &[i32],
) -> Result<BTreeMap<i32, i64>, KafkaError> {
    let mut asked = TopicPartitionList::with_capacity(partitions.len());
    for partition in partitions {
        // The end, where a time could stand as well.
        asked.add_partition_offset(topic, *partition, Offset::End)?;
    }
    let answered = consumer.offsets_for_times(asked, TIMEOUT)?;
    let ends = answered.elements().into_iter().filter_map(|answer| match answer.offset() {
        Offset::Offset(end) if answer.error().is_ok() => Some((answer.partition(), end)),
        _ => None,
    });
    Ok(ends.collect())
}
