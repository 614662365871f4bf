//! Writing records, each acknowledged by all replicas before it counts.

use crate::{BrokerError, error::Doing, settings};
use rdkafka::{
    error::{KafkaError, RDKafkaErrorCode},
    producer::{DeliveryFuture, FutureProducer, FutureRecord, Producer as _},
    util::Timeout,
};
use shared::config::KafkaSettings;
use std::time::Duration;

/// Pause before trying again when librdkafka's queue is full.
const FULL_PAUSE: Duration = Duration::from_millis(5);

/// Where a record was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The partition.
    pub partition: i32,
    /// The offset in it.
    pub offset: i64,
}

/// Writes records; clones share one connection.
#[derive(Clone)]
pub struct Producer {
    inner: FutureProducer,
}

/// A record that is on its way.
#[must_use = "a record counts only when its delivery is known"]
pub struct Delivery(DeliveryFuture);

impl Producer {
    /// Makes a producer. It connects when it is first used.
    ///
    /// # Errors
    ///
    /// Returns [`BrokerError`] when librdkafka refuses a setting.
    pub fn new(settings: &KafkaSettings) -> Result<Self, BrokerError> {
        let inner = settings::producer(settings).create().doing("make a producer")?;
        Ok(Self { inner })
    }

    /// Hands a record over for writing. Records of one partition are written in the order of
    /// these calls. Without a partition the key chooses one.
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
        loop {
            let mut record = FutureRecord::to(topic).key(key).payload(payload);
            record.partition = partition;
            match self.inner.send_result(record) {
                Ok(delivery) => return Ok(Delivery(delivery)),
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), _)) => {
                    tokio::time::sleep(FULL_PAUSE).await;
                }
                Err((error, _)) => return Err(BrokerError::new("hand over a record", error)),
            }
        }
    }

    /// Writes a record and waits until all replicas have it.
    ///
    /// # Errors
    ///
    /// Returns [`BrokerError`] when that is not known; the record may be there all the same.
    pub async fn produce(
        &self,
        topic: &str,
        partition: Option<i32>,
        key: &[u8],
        payload: &[u8],
    ) -> Result<Position, BrokerError> {
        self.send(topic, partition, key, payload).await?.acknowledged().await
    }

    /// Waits until everything handed over is written or given up.
    pub async fn flush(&self, at_most: Duration) {
        let inner = self.inner.clone();
        let flushed =
            tokio::task::spawn_blocking(move || inner.flush(Timeout::After(at_most))).await;
        if let Ok(Err(error)) = flushed {
            tracing::warn!(%error, "records were left unwritten at the stop");
        }
    }
}

impl Delivery {
    /// Waits until all replicas have the record.
    ///
    /// # Errors
    ///
    /// Returns [`BrokerError`] when that is not known; the record may be there all the same.
    pub async fn acknowledged(self) -> Result<Position, BrokerError> {
        let delivery = self
            .0
            .await
            .map_err(|_| BrokerError::new("write a record", KafkaError::Canceled))?
            .map_err(|(error, _)| BrokerError::new("write a record", error))?;
        Ok(Position { partition: delivery.partition, offset: delivery.offset })
    }
}
