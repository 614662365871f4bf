//! Ends of logs, partitions of topics and the identity of the cluster.

use crate::{BrokerError, patience::Patience, settings};
use parking_lot::RwLock;
use rdkafka::{
    Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
    error::{KafkaError, RDKafkaErrorCode},
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
    consumer: RwLock<Arc<BaseConsumer>>,
    patience: Patience,
}

impl LogInfo {
    /// Creates a client. It connects when it is first used.
    ///
    /// # Errors
    ///
    /// Returns [`BrokerError`] when librdkafka refuses a setting.
    pub fn new(settings: &KafkaSettings) -> Result<Self, BrokerError> {
        let consumer = RwLock::new(Arc::new(create(settings)?));
        let (settings, patience) = (settings.clone(), Patience::default());
        Ok(Self { shared: Arc::new(Shared { settings, consumer, patience }) })
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
        tokio::task::spawn_blocking(move || {
            // Not under the lock: others ask meanwhile.
            let consumer = Arc::clone(&shared.consumer.read());
            let answer = ask(&consumer);
            match &answer {
                Ok(_) => shared.patience.renew(),
                Err(_) if shared.patience.ends() => return shared.ask_another(&ask).or(answer),
                Err(_) => {}
            }
            answer
        })
        .await
        .map_err(|_| KafkaError::Canceled)?
    }
}

impl Shared {
    /// Asks a new client, and goes on with that one if it has the answer: a client that is answered may
    /// have an old answer in mind all the same, for half a minute, such as that a topic has no partitions.
    fn ask_another<T>(
        &self,
        ask: &impl Fn(&BaseConsumer) -> Result<T, KafkaError>,
    ) -> Result<T, KafkaError> {
        let fresh = create(&self.settings).map_err(|error| {
            tracing::error!(%error, "could not create another client");
            KafkaError::Canceled
        })?;
        let answer = ask(&fresh)?;
        tracing::warn!("a client does not find what another one finds; going on with that one");
        *self.consumer.write() = Arc::new(fresh);
        Ok(answer)
    }
}

fn create(settings: &KafkaSettings) -> Result<BaseConsumer, BrokerError> {
    settings::reader(settings).create().map_err(BrokerError::during("create a log client"))
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
