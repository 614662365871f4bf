//! Reading a drop's own chain back from `queue-events`.

use super::error::LogError;
use crate::app::App;
use broker::{RangeReader, Record};
use shared::{
    credentials::Keyring,
    decide::chain::EventChain,
    ids::DropId,
    line::{ChainHash, EventPoint},
    messages::{QueueEvent, QueueEventV1},
};
use std::{ops::Range, sync::Arc};
use tokio::task::yield_now;

/// Records that are understood at one go; then other tasks get their turn.
const PIECE: usize = 200;

/// A logged event with the offset behind it.
#[derive(Clone, Debug)]
pub struct LoggedEvent {
    /// Offset behind its record.
    pub next_offset: i64,
    /// Intact and ours: its hash is the one that its content and the event before it give, and one of
    /// our workers has signed it.
    pub event: QueueEventV1,
}

/// Reads the events of a drop that continue its chain, each once.
///
/// Another writer's copies, records of other drops in the partition, what none of our workers wrote
/// and whatever does not continue the chain are passed over.
pub struct History {
    reader: RangeReader,
    drop_id: DropId,
    chain: EventChain,
    keys: Arc<Keyring>,
    reached: Option<EventPoint>,
    n_foreign: usize,
}

impl History {
    /// Starts reading in `range`.
    ///
    /// # Errors
    ///
    /// Returns [`LogError`] when Kafka is away.
    pub async fn open(
        app: &App,
        drop_id: DropId,
        partition: i32,
        range: Range<i64>,
        chain: EventChain,
    ) -> Result<Self, LogError> {
        let topic = &app.topics.queue_events;
        let reader = RangeReader::open(&app.ranges, topic, partition, range).await?;
        let keys = Arc::clone(&app.log_keys);
        Ok(Self { reader, drop_id, chain, keys, reached: None, n_foreign: 0 })
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

    /// Returns the last event that was read.
    #[must_use]
    pub const fn reached(&self) -> Option<EventPoint> {
        self.reached
    }

    /// Returns how many events of the drop were passed over because none of our workers wrote them, or
    /// none that has our keys.
    #[must_use]
    pub const fn n_foreign(&self) -> usize {
        self.n_foreign
    }

    fn take(&mut self, record: &Record) -> Option<LoggedEvent> {
        let event = parse(record, self.drop_id)?;
        if event.verify(&self.keys).is_err() {
            self.n_foreign += 1;
            return None;
        }
        if !self.chain.take(&event) {
            return None;
        }
        self.reached = Some(event.point());
        Some(LoggedEvent { next_offset: record.offset + 1, event })
    }
}

/// Reads a record; `None` unless it is an intact event of this drop. Who wrote it is not looked at.
pub(super) fn parse(record: &Record, drop_id: DropId) -> Option<QueueEventV1> {
    if record.key.as_deref() != Some(drop_id.as_bytes().as_slice()) {
        return None;
    }
    let QueueEvent::V1(event) = serde_json::from_slice(record.payload.as_deref()?).ok()?;
    (event.drop_id == drop_id && event.is_intact()).then_some(event)
}
