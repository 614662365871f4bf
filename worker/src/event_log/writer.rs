//! `ev` → `queue-events`: chained, acknowledged by Kafka, then the cursor moved in Postgres, then
//! `ev` trimmed.
//!
//! | crash after | what happens then |
//! |---|---|
//! | produce | the records are read back at the next opening, the cursor moves behind them |
//! | ack | the same |
//! | cursor | `ev` is trimmed with the next batch |

use super::{
    error::LogError,
    history::{self, History},
};
use crate::{
    app::App,
    kafka_log::{self, KnownLog},
    pause::pause_point,
};
use broker::{Delivery, RangeReader};
use database::{
    line::log_cursors::{self, LogCursor},
    selling::scheduling::LiveDrop,
};
use queue::StoredEvent;
use shared::{
    ids::DropId,
    line::{ChainHash, Epoch, EventPoint},
    messages::{QueueEvent, QueueEventV1},
    telemetry::CounterName,
};

/// Writes the events of one drop.
pub(super) struct LogWriter {
    app: App,
    drop_id: DropId,
    epoch: Epoch,
    cursor: LogCursor,
}

impl LogWriter {
    /// Opens the log of a drop where it ends: behind whatever a writer before has written. After
    /// [`LogError::LogReplaced`] the next try opens the new log.
    pub(super) async fn open(app: &App, flash_drop: &LiveDrop) -> Result<Self, LogError> {
        let partition = flash_drop.partition;
        let log = kafka_log::known_log(app, &app.topics.queue_events, partition).await?;
        let cursor = match log_cursors::find(&app.pool, flash_drop.id).await? {
            Some(cursor) => cursor,
            None => begin(app, flash_drop, &log).await?,
        };
        let (app, drop_id, epoch) = (app.clone(), flash_drop.id, flash_drop.epoch);
        let mut writer = Self { app, drop_id, epoch, cursor };
        writer.check_log(flash_drop, &log).await?;
        writer.catch_up(log.offsets.end).await?;
        Ok(writer)
    }

    /// Returns the last event that the log has, with its hash.
    pub(super) const fn last(&self) -> (EventPoint, ChainHash) {
        (self.cursor.point, self.cursor.hash)
    }

    pub(super) const fn cursor(&self) -> &LogCursor {
        &self.cursor
    }

    /// Writes events that follow the last one; those that the log has already are passed over.
    /// An error loses nothing, since `ev` is trimmed last.
    pub(super) async fn write(&mut self, events: &[StoredEvent]) -> Result<(), LogError> {
        let mut to = self.cursor;
        let mut deliveries = Vec::with_capacity(events.len());
        for event in events.iter().filter(|event| event.point > self.cursor.point) {
            if !follows(to.point, event.point) {
                return Err(LogError::Gap { last: to.point, next: event.point });
            }
            let record = QueueEventV1::chained(
                self.drop_id,
                event.point,
                event.at_us,
                event.event.clone(),
                to.hash,
            );
            (to.point, to.hash) = (record.point(), record.hash);
            deliveries.push(self.send(record).await?);
        }
        pause_point!("log.after_produce");
        let n_logged = deliveries.len() as u64;
        for delivery in deliveries {
            let record = delivery.acknowledged().await?;
            if record.offset < self.cursor.next_offset {
                // An end that went back is another log's.
                self.leave_log("its end went back").await?;
                return Err(LogError::LogReplaced);
            }
            to.next_offset = to.next_offset.max(record.offset + 1);
        }
        pause_point!("log.after_ack");
        self.move_to(to).await?;
        pause_point!("log.after_cursor");
        CounterName::QueueEventsLogged.get().increment(n_logged);
        self.app.queue.trim_events(self.drop_id, self.cursor.point).await?;
        Ok(())
    }

    async fn send(&self, record: QueueEventV1) -> Result<Delivery, LogError> {
        let payload = serde_json::to_vec(&QueueEvent::V1(record))
            .expect("a room event has no map with odd keys");
        let key = self.drop_id.as_bytes();
        let topic = &self.app.topics.queue_events;
        let partition = Some(self.cursor.partition);
        Ok(self.app.producer.send(topic, partition, key, &payload).await?)
    }

    async fn move_to(&mut self, to: LogCursor) -> Result<(), LogError> {
        if to == self.cursor {
            return Ok(());
        }
        if !log_cursors::advance(&self.app.pool, self.drop_id, &self.cursor, &to).await? {
            return Err(LogError::Late);
        }
        self.cursor = to;
        Ok(())
    }

    /// Makes sure that the cursor stands in the log that is there now.
    async fn check_log(&self, flash_drop: &LiveDrop, log: &KnownLog) -> Result<(), LogError> {
        if self.cursor.generation != log.known.generation {
            self.go_to(log).await?;
            return Err(LogError::LogReplaced);
        }
        // Where the drop's records begin in this log, the record before is not ours.
        let start = (self.cursor.generation, self.cursor.next_offset);
        let none_yet = self.cursor.point.evn == 0 || flash_drop.events_start == start;
        if none_yet || self.is_in(log).await? {
            return Ok(());
        }
        self.leave_log("another record stands where ours stood").await?;
        Err(LogError::LogReplaced)
    }

    /// Goes on in another log, which is first told who waits: what the old one knew is lost.
    async fn go_to(&self, log: &KnownLog) -> Result<(), LogError> {
        match self.app.queue.announce(self.drop_id, self.epoch).await {
            // A room that is lost too is announced once it is rebuilt.
            Err(error) if !error.is_epoch() => return Err(error.into()),
            _ => {}
        }
        let (generation, end) = (log.known.generation, log.offsets.end);
        let pool = &self.app.pool;
        log_cursors::move_to_log(pool, self.drop_id, &self.cursor, generation, end).await?;
        Ok(())
    }

    async fn leave_log(&self, why: &str) -> Result<(), LogError> {
        let topic = &self.app.topics.queue_events;
        let log = kafka_log::known_log(&self.app, topic, self.cursor.partition).await?;
        if log.known.generation == self.cursor.generation {
            kafka_log::replace(&self.app, &log.known, log.offsets.start, why).await?;
        }
        Ok(())
    }

    /// Whether the record before the cursor is the one that it was.
    async fn is_in(&self, log: &KnownLog) -> Result<bool, LogError> {
        let at = self.cursor.next_offset - 1;
        if !log.offsets.contains(&at) {
            return Ok(false);
        }
        let (topic, partition) = (&self.app.topics.queue_events, self.cursor.partition);
        let mut reader = RangeReader::open(&self.app.settings.kafka, topic, partition, at..at + 1)?;
        let records = reader.next().await?.unwrap_or_default();
        let event = records.first().and_then(|record| history::parse(record, self.drop_id));
        Ok(event.is_some_and(|event| event.point() <= self.cursor.point))
    }

    /// Moves the cursor behind what a writer wrote before it died.
    async fn catch_up(&mut self, end: i64) -> Result<(), LogError> {
        let range = self.cursor.next_offset..end;
        let (partition, last) = (self.cursor.partition, self.cursor.hash);
        let mut history = History::open(&self.app, self.drop_id, partition, range, Some(last))?;
        let mut to = self.cursor;
        while let Some(events) = history.next().await? {
            if let Some(last) = events.last() {
                (to.point, to.hash) = (last.event.point(), last.event.hash);
                to.next_offset = last.next_offset;
            }
        }
        self.move_to(to).await
    }
}

async fn begin(app: &App, flash_drop: &LiveDrop, log: &KnownLog) -> Result<LogCursor, LogError> {
    let cursor = LogCursor {
        point: EventPoint::default(),
        hash: ChainHash::default(),
        partition: flash_drop.partition,
        generation: log.known.generation,
        next_offset: log.offsets.end,
    };
    log_cursors::begin(&app.pool, flash_drop.id, &cursor).await?;
    log_cursors::find(&app.pool, flash_drop.id).await?.ok_or(LogError::Late)
}

/// Whether `next` may come right behind `last`: the next number, or the first of a later epoch.
fn follows(last: EventPoint, next: EventPoint) -> bool {
    if next.epoch == last.epoch { next.evn == last.evn + 1 } else { next.evn == 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(epoch: u32, evn: u64) -> EventPoint {
        EventPoint { epoch: Epoch(epoch), evn }
    }

    #[test]
    fn a_chain_has_no_gaps_within_an_epoch() {
        assert!(follows(point(1, 7), point(1, 8)));
        assert!(!follows(point(1, 7), point(1, 9)));
        assert!(follows(point(1, 7), point(3, 1)));
        assert!(!follows(point(1, 7), point(2, 2)));
    }
}
