//! Reading one partition from a given offset.
//!
//! There are no consumer groups: offsets live in Postgres and whoever holds a partition's lock
//! says where to start.

use crate::{BrokerError, Fingerprint, Record, error::Doing, settings};
use rdkafka::{
    Message, Offset, TopicPartitionList,
    consumer::{Consumer, StreamConsumer},
    error::KafkaError,
    message::BorrowedMessage,
};
use shared::config::KafkaSettings;
use std::{ops::Range, time::Duration};
use tokio::time::{Instant, timeout_at};

/// How long the rest of a batch may take once its first record is there.
const REST: Duration = Duration::from_millis(2);
/// Records of one step through a range.
const RANGE_BATCH: usize = 5000;
/// How long a range may take from one record to the next.
const STALL: Duration = Duration::from_secs(5);

/// Reads one partition in order.
pub struct PartitionReader {
    consumer: StreamConsumer,
    topic: String,
    partition: i32,
    next_offset: i64,
}

impl PartitionReader {
    /// Starts reading `partition` at `offset`, which may be the log's end.
    ///
    /// # Errors
    ///
    /// Returns [`BrokerError`] when librdkafka refuses a setting or the assignment.
    pub fn open(
        settings: &KafkaSettings,
        topic: &str,
        partition: i32,
        offset: i64,
    ) -> Result<Self, BrokerError> {
        let consumer: StreamConsumer =
            settings::reader(settings).create().doing("make a reader")?;
        let reader = Self { consumer, topic: topic.to_owned(), partition, next_offset: offset };
        reader.assign()?;
        Ok(reader)
    }

    /// Offset of the record that is read next.
    #[must_use]
    pub const fn next_offset(&self) -> i64 {
        self.next_offset
    }

    /// Goes to another offset.
    ///
    /// # Errors
    ///
    /// Returns [`BrokerError`] when librdkafka refuses the assignment.
    pub fn seek(&mut self, offset: i64) -> Result<(), BrokerError> {
        self.next_offset = offset;
        self.assign()
    }

    /// Reads up to `max` records: waits at most `wait` for the first, then takes what is there.
    /// An empty batch means that nothing came.
    ///
    /// Dropping the future loses nothing that a [`seek`](Self::seek) would not bring back; the
    /// caller's own offset, not this one, says what is done.
    ///
    /// # Errors
    ///
    /// Returns [`BrokerError`]; see [`BrokerError::is_out_of_range`] for a log that was replaced.
    pub async fn read_batch(
        &mut self,
        max: usize,
        wait: Duration,
    ) -> Result<Vec<Record>, BrokerError> {
        let mut batch = Vec::new();
        let mut deadline = Instant::now() + wait;
        while batch.len() < max {
            let Ok(received) = timeout_at(deadline, self.consumer.recv()).await else { break };
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
                // What came before the failure counts; the failure shows itself again.
                Err(_) if !batch.is_empty() => break,
                Err(error) => return Err(BrokerError::new("read records", error)),
            }
        }
        Ok(batch)
    }

    fn assign(&self) -> Result<(), BrokerError> {
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(&self.topic, self.partition, Offset::Offset(self.next_offset))
            .doing("name a partition")?;
        self.consumer.assign(&list).doing("assign a partition")
    }
}

/// Reads a closed part of a partition, a batch at a time.
pub struct RangeReader {
    /// None when there is nothing to read.
    reader: Option<PartitionReader>,
    end: i64,
}

impl RangeReader {
    /// Starts reading `[range.start, range.end)`.
    ///
    /// # Errors
    ///
    /// Returns [`BrokerError`] when librdkafka refuses a setting or the assignment.
    pub fn open(
        settings: &KafkaSettings,
        topic: &str,
        partition: i32,
        range: Range<i64>,
    ) -> Result<Self, BrokerError> {
        let reader = if range.is_empty() {
            None
        } else {
            Some(PartitionReader::open(settings, topic, partition, range.start)?)
        };
        Ok(Self { reader, end: range.end })
    }

    /// Reads the next records; `None` when the range is done.
    ///
    /// # Errors
    ///
    /// Returns [`BrokerError`] when the log ends or stalls before the range does.
    pub async fn next(&mut self) -> Result<Option<Vec<Record>>, BrokerError> {
        let Some(reader) = &mut self.reader else { return Ok(None) };
        if reader.next_offset() >= self.end {
            return Ok(None);
        }
        let mut batch = reader.read_batch(RANGE_BATCH, STALL).await?;
        if batch.is_empty() {
            let error = KafkaError::PartitionEOF(reader.partition);
            return Err(BrokerError::new("read a range", error));
        }
        batch.retain(|record| record.offset < self.end);
        Ok(Some(batch))
    }
}

/// Hash of the record before `offset`; `None` when there is none.
///
/// # Errors
///
/// Returns [`BrokerError`] when that record cannot be read.
pub async fn fingerprint_before(
    settings: &KafkaSettings,
    topic: &str,
    partition: i32,
    offset: i64,
) -> Result<Option<Fingerprint>, BrokerError> {
    let before = (offset - 1).max(0)..offset;
    let mut reader = RangeReader::open(settings, topic, partition, before)?;
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
