//! One consumer for all partitions that a process reads, with a queue for each of them.
//!
//! Threads, connections and fetches are shared, so an idle partition costs one more entry in
//! fetches that are sent anyway. A queue that nobody takes from fills up to its bound; then its
//! partition is left out of the fetches until there is room again, and the others go on.

use crate::{BrokerError, settings};
use parking_lot::Mutex;
use rdkafka::{
    ClientConfig, Offset, TopicPartitionList,
    consumer::{
        Consumer as _, DefaultConsumerContext, StreamConsumer,
        stream_consumer::StreamPartitionQueue,
    },
    error::{KafkaError, RDKafkaErrorCode},
};
use shared::config::KafkaSettings;
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::task::JoinHandle;

/// How long the broker may take to say which partitions a topic has.
const METADATA_TIMEOUT: Duration = Duration::from_secs(3);

/// Records of one partition, waiting to be taken.
pub(crate) type PartitionQueue = StreamPartitionQueue<DefaultConsumerContext>;

/// Reads any number of partitions; clones share one connection.
#[derive(Clone)]
pub struct LogConsumer {
    inner: Arc<Inner>,
}

struct Inner {
    stream: Arc<StreamConsumer>,
    /// Partitions of each topic, as the broker said when it was last asked.
    known: Mutex<HashMap<String, usize>>,
    serving: JoinHandle<()>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl LogConsumer {
    /// Creates a consumer of many partitions, which connects when it is first used. Must be called
    /// within a runtime.
    ///
    /// # Errors
    ///
    /// Returns [`BrokerError`] when librdkafka refuses a setting.
    pub fn new(settings: &KafkaSettings) -> Result<Self, BrokerError> {
        Self::create(&settings::consumer(settings))
    }

    /// Creates a consumer that is to read a single partition, fast.
    pub(crate) fn of_one(settings: &KafkaSettings) -> Result<Self, BrokerError> {
        Self::create(&settings::reader(settings))
    }

    fn create(config: &ClientConfig) -> Result<Self, BrokerError> {
        let stream: StreamConsumer =
            config.create().map_err(BrokerError::during("create a consumer"))?;
        let stream = Arc::new(stream);
        let serving = tokio::spawn(serve(Arc::clone(&stream)));
        Ok(Self { inner: Arc::new(Inner { stream, known: Mutex::default(), serving }) })
    }

    /// Asks which partitions a topic has, unless this one is known: it may have been added a moment
    /// ago, and by itself librdkafka asks every few seconds only.
    pub(crate) async fn learn(&self, topic: &str, partition: i32) -> Result<(), BrokerError> {
        let is_in =
            |n_partitions: usize| usize::try_from(partition).is_ok_and(|at| at < n_partitions);
        if self.inner.known.lock().get(topic).copied().is_some_and(is_in) {
            return Ok(());
        }
        let (stream, name) = (Arc::clone(&self.inner.stream), topic.to_owned());
        let n_partitions = tokio::task::spawn_blocking(move || -> Result<_, KafkaError> {
            let metadata = stream.fetch_metadata(Some(name.as_str()), METADATA_TIMEOUT)?;
            Ok(metadata.topics().first().map_or(0, |topic| topic.partitions().len()))
        })
        .await
        .unwrap_or(Err(KafkaError::Canceled))
        .map_err(BrokerError::during("ask for partitions"))?;
        self.inner.known.lock().insert(topic.to_owned(), n_partitions);
        if is_in(n_partitions) { Ok(()) } else { Err(unknown_partition()) }
    }

    /// Begins to read a partition at `offset`.
    pub(crate) fn assign(
        &self,
        topic: &str,
        partition: i32,
        offset: i64,
    ) -> Result<PartitionQueue, BrokerError> {
        let stream = &self.inner.stream;
        let start = list(topic, partition, Offset::Offset(offset))
            .map_err(BrokerError::during("name a partition"))?;
        // Before the assignment, so that no record gets into the common queue.
        let queue = stream.split_partition_queue(topic, partition).ok_or_else(unknown_partition)?;
        stream.incremental_assign(&start).map_err(BrokerError::during("assign a partition"))?;
        Ok(queue)
    }

    /// Ends the reading of a partition that is assigned.
    pub(crate) fn unassign(&self, topic: &str, partition: i32) {
        let unassigned = list(topic, partition, Offset::Invalid)
            .and_then(|list| self.inner.stream.incremental_unassign(&list));
        if let Err(error) = unassigned {
            tracing::warn!(topic, partition, %error, "could not end reading {topic}/{partition}");
        }
    }
}

fn unknown_partition() -> BrokerError {
    let unknown = KafkaError::MessageConsumption(RDKafkaErrorCode::UnknownPartition);
    BrokerError::new("read a partition that the topic does not have", unknown)
}

fn list(topic: &str, partition: i32, offset: Offset) -> Result<TopicPartitionList, KafkaError> {
    let mut list = TopicPartitionList::with_capacity(1);
    list.add_partition_offset(topic, partition, offset)?;
    Ok(list)
}

/// Takes what is about no partition: connections that come and go. Who needs the broker finds out.
async fn serve(stream: Arc<StreamConsumer>) {
    loop {
        if let Err(error) = stream.recv().await {
            tracing::debug!(%error, "a consumer reports trouble");
        }
    }
}
