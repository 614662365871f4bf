//! Reading a drop's own chain back from `queue-events`.

use super::error::LogError;
use crate::app::App;
use broker::{RangeReader, Record};
use shared::{
    decide::chain::EventChain,
    ids::DropId,
    line::ChainHash,
    messages::{QueueEvent, QueueEventV1},
};
use std::ops::Range;
use tokio::task::yield_now;

/// Records that are understood at one go; then other tasks get their turn.
const PIECE: usize = 200;

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
    chain: EventChain,
}

impl History {
    /// Starts reading in `range`.
    ///
    /// # Errors
    ///
    /// Returns [`LogError`] when Kafka is away.
    pub fn open(
        app: &App,
        drop_id: DropId,
        partition: i32,
        range: Range<i64>,
        chain: EventChain,
    ) -> Result<Self, LogError> {
        let topic = &app.topics.queue_events;
        let reader = RangeReader::open(&app.settings.kafka, topic, partition, range)?;
        Ok(Self { reader, drop_id, chain })
    }

    /// Reads on; `None` at the end of the range.
    ///
    /// # Errors
    ///
    /// Returns [`LogError`] when Kafka is away.
    pub async fn next(&mut self) -> Result<Option<Vec<LoggedEvent>>, LogError> {
        let Some(records) = self.reader.next().await? else { return Ok(None) };
        let mut events = Vec::with_capacity(records.len());
        for piece in records.chunks(PIECE) {
            events.extend(piece.iter().filter_map(|record| self.take(record)));
            yield_now().await;
        }
        Ok(Some(events))
    }

    /// Returns the hash of the last event that was read.
    #[must_use]
    pub const fn last(&self) -> Option<ChainHash> {
        self.chain.last()
    }

    fn take(&mut self, record: &Record) -> Option<LoggedEvent> {
        let event = parse(record, self.drop_id)?;
        let next_offset = record.offset + 1;
        self.chain.take(&event).then_some(LoggedEvent { next_offset, event })
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
