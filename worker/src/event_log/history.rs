//! Reading a drop's own chain back from `queue-events`.

use super::error::LogError;
use crate::app::App;
use broker::{RangeReader, Record};
use shared::{
    ids::DropId,
    line::ChainHash,
    messages::{QueueEvent, QueueEventV1},
};
use std::ops::Range;

/// A logged event with the offset behind it.
#[derive(Clone, Debug)]
pub struct LoggedEvent {
    /// Offset behind its record.
    pub next_offset: i64,
    /// Intact: its hash is the one that its content and the event before it give.
    pub event: QueueEventV1,
}

/// Reads the events of a drop that continue its chain, each once.
///
/// Another writer's copies, records of other drops in the partition and whatever does not
/// continue the chain are passed over.
pub struct History {
    reader: RangeReader,
    drop_id: DropId,
    last: Option<ChainHash>,
}

impl History {
    /// Starts reading in `range`. Without `last` the first record of the drop begins the chain.
    ///
    /// # Errors
    ///
    /// Returns [`LogError`] when Kafka is away.
    pub fn open(
        app: &App,
        drop_id: DropId,
        partition: i32,
        range: Range<i64>,
        last: Option<ChainHash>,
    ) -> Result<Self, LogError> {
        let topic = &app.topics.queue_events;
        let reader = RangeReader::open(&app.settings.kafka, topic, partition, range)?;
        Ok(Self { reader, drop_id, last })
    }

    /// Reads on; `None` at the end of the range.
    ///
    /// # Errors
    ///
    /// Returns [`LogError`] when Kafka is away.
    pub async fn next(&mut self) -> Result<Option<Vec<LoggedEvent>>, LogError> {
        let Some(records) = self.reader.next().await? else { return Ok(None) };
        Ok(Some(records.iter().filter_map(|record| self.take(record)).collect()))
    }

    fn take(&mut self, record: &Record) -> Option<LoggedEvent> {
        let event = parse(record, self.drop_id)?;
        if self.last.is_some_and(|last| last != event.previous) {
            return None;
        }
        self.last = Some(event.hash);
        Some(LoggedEvent { next_offset: record.offset + 1, event })
    }
}

/// Reads a record; `None` unless it is an intact event of this drop.
pub(super) fn parse(record: &Record, drop_id: DropId) -> Option<QueueEventV1> {
    if record.key.as_deref() != Some(drop_id.as_bytes().as_slice()) {
        return None;
    }
    let QueueEvent::V1(event) = serde_json::from_slice(record.payload.as_deref()?).ok()?;
    (event.drop_id == drop_id && event.is_intact()).then_some(event)
}
