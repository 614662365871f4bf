//! One consumer for all partitions that a process reads, with a queue for each of them.
//!
//! Threads, connections and fetches are shared, so an idle partition costs one more entry in
//! fetches that are sent anyway. A queue that nobody takes from fills up to its bound; then its
//! partition is left out of the fetches until there is room again, and the others go on.

use crate::{
    BrokerError,
    patience::{Patience, is_answered},
    settings,
};
use parking_lot::{Mutex, RwLock};
use rdkafka::{
    ClientConfig, Offset, TopicPartitionList,
    consumer::{
        Consumer as _, DefaultConsumerContext, StreamConsumer,
        stream_consumer::StreamPartitionQueue,
    },
    error::{KafkaError, RDKafkaErrorCode},
};
use shared::config::KafkaSettings;
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::time::sleep;
use tokio_util::task::AbortOnDropHandle;

/// How long the broker may take to say which partitions a topic has.
const METADATA_TIMEOUT: Duration = Duration::from_secs(3);

/// How often it is looked whether a client has its brokers back.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Records of one partition, waiting to be taken.
pub(crate) type PartitionQueue = StreamPartitionQueue<DefaultConsumerContext>;

/// Reads any number of partitions; clones share one connection.
#[derive(Clone)]
pub struct LogConsumer {
    shared: Arc<Shared>,
    _serving: Arc<AbortOnDropHandle<()>>,
}

struct Shared {
    config: ClientConfig,
    connected: RwLock<Arc<Connected>>,
}

/// A client of librdkafka, until another one takes its place.
pub(crate) struct Connected {
    stream: Arc<StreamConsumer>,
    /// Partitions of each topic, as the broker said when it was last asked.
    known: Mutex<HashMap<String, usize>>,
    is_given_up: AtomicBool,
}

impl LogConsumer {
    /// Creates a consumer of many partitions, which connects when it is first used. Must be called
    /// within a runtime.
    ///
    /// # Errors
    ///
    /// Returns [`BrokerError`] when librdkafka refuses a setting.
    pub fn new(settings: &KafkaSettings) -> Result<Self, BrokerError> {
        Self::create(settings::consumer(settings))
    }

    /// Creates a consumer that is to read a part of a single partition at a time, fast.
    pub(crate) fn of_ranges(settings: &KafkaSettings) -> Result<Self, BrokerError> {
        Self::create(settings::range_reader(settings))
    }

    fn create(config: ClientConfig) -> Result<Self, BrokerError> {
        let connected =
            Connected::create(&config).map_err(BrokerError::during("create a consumer"))?;
        let shared = Arc::new(Shared { config, connected: RwLock::new(Arc::new(connected)) });
        let serving = AbortOnDropHandle::new(tokio::spawn(serve(Arc::clone(&shared))));
        Ok(Self { shared, _serving: Arc::new(serving) })
    }

    /// Returns the client that is connected now.
    pub(crate) fn connected(&self) -> Arc<Connected> {
        Arc::clone(&self.shared.connected.read())
    }
}

impl Connected {
    fn create(config: &ClientConfig) -> Result<Self, KafkaError> {
        let (stream, known) = (Arc::new(config.create()?), Mutex::default());
        Ok(Self { stream, known, is_given_up: AtomicBool::new(false) })
    }

    /// Whether nothing more is to be read through this client.
    pub(crate) fn is_given_up(&self) -> bool {
        self.is_given_up.load(Ordering::Relaxed)
    }

    /// Asks which partitions a topic has, unless this one is known: it may have been added a moment
    /// ago, and by itself librdkafka asks every few seconds only.
    pub(crate) async fn learn(&self, topic: &str, partition: i32) -> Result<(), BrokerError> {
        let is_in =
            |n_partitions: usize| usize::try_from(partition).is_ok_and(|at| at < n_partitions);
        if self.known.lock().get(topic).copied().is_some_and(is_in) {
            return Ok(());
        }
        let (stream, name) = (Arc::clone(&self.stream), topic.to_owned());
        let n_partitions = tokio::task::spawn_blocking(move || -> Result<_, KafkaError> {
            let metadata = stream.fetch_metadata(Some(name.as_str()), METADATA_TIMEOUT)?;
            Ok(metadata.topics().first().map_or(0, |topic| topic.partitions().len()))
        })
        .await
        .unwrap_or(Err(KafkaError::Canceled))
        .map_err(BrokerError::during("ask for partitions"))?;
        self.known.lock().insert(topic.to_owned(), n_partitions);
        if is_in(n_partitions) { Ok(()) } else { Err(unknown_partition()) }
    }

    /// Begins to read a partition at `offset`.
    pub(crate) fn assign(
        &self,
        topic: &str,
        partition: i32,
        offset: i64,
    ) -> Result<PartitionQueue, BrokerError> {
        let stream = &self.stream;
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
            .and_then(|list| self.stream.incremental_unassign(&list));
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

/// Takes what is about no partition: connections that come and go. Who needs the broker finds out,
/// but for a client that has lost all brokers for good, whose readers hear nothing.
async fn serve(shared: Arc<Shared>) {
    loop {
        let connected = Arc::clone(&shared.connected.read());
        let Err(error) = connected.stream.recv().await else { continue };
        tracing::debug!(%error, "a consumer reports trouble");
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::AllBrokersDown) {
            see_it_come_back(&shared, &connected).await;
        }
    }
}

/// Waits until a client has its brokers back, or another one has taken its place.
async fn see_it_come_back(shared: &Arc<Shared>, connected: &Arc<Connected>) {
    let patience = Patience::default();
    loop {
        let (shared, connected, ends) =
            (Arc::clone(shared), Arc::clone(connected), patience.ends());
        let looking = tokio::task::spawn_blocking(move || {
            is_answered(connected.stream.client()) || (ends && shared.replace(&connected))
        });
        if looking.await.unwrap_or(true) {
            return;
        }
        sleep(LOOK_EVERY).await;
    }
}

impl Shared {
    /// Takes another client where that one is answered; returns whether it was.
    fn replace(&self, connected: &Connected) -> bool {
        let fresh = match Connected::create(&self.config) {
            Ok(fresh) if is_answered(fresh.stream.client()) => fresh,
            Ok(_) => return false,
            Err(error) => {
                tracing::error!(%error, "could not create another consumer");
                return false;
            }
        };
        tracing::warn!("a consumer has lost its brokers for good; its readers begin anew");
        *self.connected.write() = Arc::new(fresh);
        connected.is_given_up.store(true, Ordering::Relaxed);
        true
    }
}
