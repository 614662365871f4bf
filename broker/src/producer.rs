//! Writing records, each acknowledged by all replicas before it counts.

use crate::{
    BrokerError,
    patience::{Patience, is_answered},
    settings,
};
use parking_lot::RwLock;
use rdkafka::{
    error::{KafkaError, RDKafkaErrorCode},
    producer::{DeliveryFuture, FutureProducer, FutureRecord, Producer as _},
    util::Timeout,
};
use shared::config::KafkaSettings;
use std::{sync::Arc, time::Duration};

/// How long the broker may take to say which partitions a topic has.
const METADATA_TIMEOUT: Duration = Duration::from_secs(3);
/// Pause before trying again when librdkafka's queue is full.
const FULL_PAUSE: Duration = Duration::from_millis(5);

/// Where a record was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordPosition {
    /// From 0, below the topic's number of partitions.
    pub partition: i32,
    /// Grows within the partition, from 0.
    pub offset: i64,
}

/// Writes records; clones share one connection.
#[derive(Clone)]
pub struct Producer {
    settings: Arc<KafkaSettings>,
    inner: Arc<RwLock<FutureProducer>>,
    patience: Arc<Patience>,
}

/// A record that is on its way.
#[must_use = "a record counts only when its delivery is known"]
pub struct Delivery {
    future: DeliveryFuture,
    producer: Producer,
}

impl Producer {
    /// Creates a producer. It connects when it is first used.
    ///
    /// # Errors
    ///
    /// Returns [`BrokerError`] when librdkafka refuses a setting.
    pub fn new(settings: &KafkaSettings) -> Result<Self, BrokerError> {
        let inner = settings::producer(settings)
            .create()
            .map_err(BrokerError::during("create a producer"))?;
        Ok(Self {
            settings: Arc::new(settings.clone()),
            inner: Arc::new(RwLock::new(inner)),
            patience: Arc::default(),
        })
    }

    /// Hands a record over for writing. Records of one partition are written in the order of
    /// these calls. Without a partition the key chooses one. A partition that is not known here is
    /// asked for: it may have been added a moment ago.
    ///
    /// # Errors
    ///
    /// Returns [`BrokerError`] when the record cannot be taken.
    pub async fn send(
        &self,
        topic: &str,
        partition: Option<i32>,
        key: &[u8],
        payload: &[u8],
    ) -> Result<Delivery, BrokerError> {
        let mut has_asked = false;
        loop {
            let mut record = FutureRecord::to(topic).key(key).payload(payload);
            record.partition = partition;
            match self.current().send_result(record) {
                Ok(future) => return Ok(Delivery { future, producer: self.clone() }),
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), _)) => {
                    tokio::time::sleep(FULL_PAUSE).await;
                }
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::UnknownPartition), _))
                    if !has_asked =>
                {
                    self.ask_for_partitions(topic).await?;
                    has_asked = true;
                }
                Err((error, _)) => {
                    self.replace_if_broken();
                    return Err(BrokerError::new("hand over a record", error));
                }
            }
        }
    }

    /// Writes a record and waits until all replicas have it.
    ///
    /// # Errors
    ///
    /// Returns [`BrokerError`] when that is not known; the record may have been written anyway.
    pub async fn produce(
        &self,
        topic: &str,
        partition: Option<i32>,
        key: &[u8],
        payload: &[u8],
    ) -> Result<RecordPosition, BrokerError> {
        self.send(topic, partition, key, payload).await?.acknowledged().await
    }

    /// Waits until everything handed over was written or has failed.
    pub async fn flush(&self, at_most: Duration) {
        let inner = self.current();
        let flushed =
            tokio::task::spawn_blocking(move || inner.flush(Timeout::After(at_most))).await;
        if let Ok(Err(error)) = flushed {
            tracing::warn!(%error, "some records were not written before the stop");
        }
    }

    /// Learns which partitions a topic has now.
    async fn ask_for_partitions(&self, topic: &str) -> Result<(), BrokerError> {
        let (inner, topic) = (self.current(), topic.to_owned());
        tokio::task::spawn_blocking(move || {
            inner.client().fetch_metadata(Some(topic.as_str()), METADATA_TIMEOUT).map(drop)
        })
        .await
        .map_err(|_| BrokerError::new("ask for partitions", KafkaError::Canceled))?
        .map_err(BrokerError::during("ask for partitions"))
    }

    fn current(&self) -> FutureProducer {
        self.inner.read().clone()
    }

    /// An idempotent producer whose log was replaced can fail for good; then another one takes its
    /// place. What was on its way is reported as failed, and its senders hand it over again.
    fn replace_if_broken(&self) {
        let mut inner = self.inner.write();
        let Some((code, reason)) = inner.client().fatal_error() else { return };
        tracing::warn!(%code, reason, "the producer failed for good; creating another");
        match settings::producer(&self.settings).create() {
            Ok(fresh) => *inner = fresh,
            Err(error) => tracing::error!(%error, "could not create another producer"),
        }
    }

    /// Takes another producer where that one is answered, and this one is not. What was on its way
    /// fails then.
    fn replace_if_orphaned(&self) {
        if !self.patience.ends() {
            return;
        }
        let producer = self.clone();
        tokio::task::spawn_blocking(move || {
            if is_answered(producer.current().client()) {
                return;
            }
            let fresh: Result<FutureProducer, _> = settings::producer(&producer.settings).create();
            match fresh {
                Ok(fresh) if is_answered(fresh.client()) => {
                    tracing::warn!("a producer has lost its brokers for good; creating another");
                    *producer.inner.write() = fresh;
                }
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "could not create another producer"),
            }
        });
    }
}

impl Delivery {
    /// Waits until all replicas have the record.
    ///
    /// # Errors
    ///
    /// Returns [`BrokerError`] when that is not known; the record may have been written anyway.
    pub async fn acknowledged(self) -> Result<RecordPosition, BrokerError> {
        let delivered = self
            .future
            .await
            .map_err(|_| BrokerError::new("write a record", KafkaError::Canceled))?;
        match delivered {
            Ok(delivery) => {
                self.producer.patience.renew();
                Ok(RecordPosition { partition: delivery.partition, offset: delivery.offset })
            }
            Err((error, _)) => {
                self.producer.replace_if_broken();
                self.producer.replace_if_orphaned();
                Err(BrokerError::new("write a record", error))
            }
        }
    }
}
