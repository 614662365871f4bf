//! Reading one partition from a given offset.
//!
//! There are no consumer groups: offsets live in Postgres, and the holder of a partition's lock
//! says where to start.

use crate::{
    BrokerError, Fingerprint, LogConsumer, RangeConsumers, Record,
    consumer::{Connected, PartitionQueue},
    ranges::LentConsumer,
};
use rdkafka::{Message, error::KafkaError, message::BorrowedMessage};
use std::{ops::Range, sync::Arc, time::Duration};
use tokio::time::{Instant, timeout_at};

/// How long the rest of a batch may take once its first record is there.
const REST: Duration = Duration::from_millis(2);
/// Records of one step through a range.
const RANGE_BATCH: usize = 5000;
/// How long a range may take from one record to the next.
const STALL: Duration = Duration::from_secs(5);

/// Reads one partition in order. Of each consumer, a partition has one reader at a time.
pub struct PartitionReader {
    queue: PartitionQueue,
    connected: Arc<Connected>,
    /// Serves the client as long as somebody reads.
    _consumer: LogConsumer,
    topic: String,
    partition: i32,
    next_offset: i64,
}

impl Drop for PartitionReader {
    fn drop(&mut self) {
        self.connected.unassign(&self.topic, self.partition);
    }
}

impl PartitionReader {
    /// Starts reading `partition` at `offset`, which may be the log's end.
    ///
    /// # Errors
    ///
    /// Returns [`BrokerError`] when there is no such partition, the broker does not answer, or
    /// librdkafka refuses the assignment.
    pub async fn open(
        consumer: &LogConsumer,
        topic: &str,
        partition: i32,
        offset: i64,
    ) -> Result<Self, BrokerError> {
        let connected = consumer.connected();
        connected.learn(topic, partition).await?;
        let queue = connected.assign(topic, partition, offset)?;
        let (consumer, topic) = (consumer.clone(), topic.to_owned());
        Ok(Self { queue, connected, _consumer: consumer, topic, partition, next_offset: offset })
    }

    /// Offset of the record that is read next.
    #[must_use]
    pub const fn next_offset(&self) -> i64 {
        self.next_offset
    }

    /// Reads up to `max` records: waits at most `wait` for the first, then takes what is there.
    /// An empty batch means that nothing came.
    ///
    /// Dropping the future may lose records for this reader. A new one, opened at the offset that
    /// the caller keeps, reads them again.
    ///
    /// # Errors
    ///
    /// Returns [`BrokerError`]; see [`BrokerError::is_out_of_range`] for a log that was replaced. Once
    /// the consumer has gone on with another client, this reader fails for good.
    pub async fn read_batch(
        &mut self,
        max: usize,
        wait: Duration,
    ) -> Result<Vec<Record>, BrokerError> {
        if self.connected.is_given_up() {
            return Err(BrokerError::new(
                "read through a client that lost Kafka",
                KafkaError::Canceled,
            ));
        }
        let mut batch = Vec::new();
        let mut deadline = Instant::now() + wait;
        while batch.len() < max {
            let Ok(received) = timeout_at(deadline, self.queue.recv()).await else { break };
            match received {
                Ok(message) => {
                    let record = record(&message);
                    drop(message);
                    self.next_offset = record.offset + 1;
                    if batch.is_empty() {
                        deadline = Instant::now() + REST;
                    }
                    batch.push(record);
                }
                // What came before the failure counts; the next call fails again.
                Err(_) if !batch.is_empty() => break,
                Err(error) => return Err(BrokerError::new("read records", error)),
            }
        }
        Ok(batch)
    }
}

/// Reads a closed part of a partition, a batch at a time.
pub struct RangeReader {
    /// `None` when there is nothing to read.
    reader: Option<LentReader>,
    end: i64,
}

/// A reader, and the consumer that it has to itself: whoever reads the partition on is not to be
/// disturbed.
struct LentReader {
    // First, so that it has ended its reading when the consumer goes back.
    reader: PartitionReader,
    lent: LentConsumer,
}

impl RangeReader {
    /// Starts reading `[range.start, range.end)`.
    ///
    /// # Errors
    ///
    /// Returns [`BrokerError`] when there is no such partition, the broker does not answer, or
    /// librdkafka refuses a setting or the assignment.
    pub async fn open(
        consumers: &RangeConsumers,
        topic: &str,
        partition: i32,
        range: Range<i64>,
    ) -> Result<Self, BrokerError> {
        if range.is_empty() {
            return Ok(Self { reader: None, end: range.end });
        }
        let mut lent = consumers.lend()?;
        let opened = PartitionReader::open(lent.consumer(), topic, partition, range.start).await;
        match opened {
            Ok(reader) => Ok(Self { reader: Some(LentReader { reader, lent }), end: range.end }),
            Err(error) => {
                lent.give_up();
                Err(error)
            }
        }
    }

    /// Reads the next records; `None` when the range is done.
    ///
    /// # Errors
    ///
    /// Returns [`BrokerError`] when the log ends or stalls before the range does.
    pub async fn next(&mut self) -> Result<Option<Vec<Record>>, BrokerError> {
        let Some(LentReader { reader, lent }) = &mut self.reader else { return Ok(None) };
        if reader.next_offset() >= self.end {
            return Ok(None);
        }
        match read_on(reader).await {
            Ok(mut batch) => {
                batch.retain(|record| record.offset < self.end);
                Ok(Some(batch))
            }
            Err(error) => {
                lent.give_up();
                Err(error)
            }
        }
    }
}

/// Reads records that are there, as far as anybody knows.
async fn read_on(reader: &mut PartitionReader) -> Result<Vec<Record>, BrokerError> {
    let batch = reader.read_batch(RANGE_BATCH, STALL).await?;
    if batch.is_empty() {
        let error = KafkaError::PartitionEOF(reader.partition);
        return Err(BrokerError::new("read a range", error));
    }
    Ok(batch)
}

/// Returns the hash of the record before `offset`; `None` when there is none.
///
/// # Errors
///
/// Returns [`BrokerError`] when that record cannot be read.
pub async fn fingerprint_before(
    consumers: &RangeConsumers,
    topic: &str,
    partition: i32,
    offset: i64,
) -> Result<Option<Fingerprint>, BrokerError> {
    let before = (offset - 1).max(0)..offset;
    let mut reader = RangeReader::open(consumers, topic, partition, before).await?;
    let record = reader.next().await?.and_then(|batch| batch.into_iter().next());
    Ok(record.map(|record| record.fingerprint()))
}

fn record(message: &BorrowedMessage<'_>) -> Record {
    Record {
        offset: message.offset(),
        key: message.key().map(<[u8]>::to_vec),
        payload: message.payload().map(<[u8]>::to_vec),
    }
}
