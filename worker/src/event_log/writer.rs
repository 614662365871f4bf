//! `ev` → `queue-events`: chained, acknowledged by Kafka, then the cursor moved in Postgres, then
//! `ev` trimmed.
//!
//! | crash after | what happens then |
//! |---|---|
//! | produce | the records are read back at the next opening, the cursor moves behind them |
//! | ack | the same |
//! | cursor | `ev` is trimmed with the next batch |

use super::error::LogError;
use crate::{app::App, kafka_log, pause::pause_point};
use broker::Delivery;
use database::line::log_cursors::{self, LogCursor};
use queue::StoredEvent;
use shared::{
    ids::DropId,
    line::{Epoch, EventPoint, Follows},
    messages::{QueueEvent, QueueEventV1},
    telemetry::CounterName,
};

/// Writes the events of one drop; [`open`](Self::open) is in `opening`.
pub(super) struct LogWriter {
    pub(super) app: App,
    pub(super) drop_id: DropId,
    pub(super) epoch: Epoch,
    pub(super) cursor: LogCursor,
}

impl LogWriter {
    /// Returns the last event that the log has; number 0 if it has none.
    pub(super) const fn last(&self) -> EventPoint {
        self.cursor.point
    }

    /// Returns the event that a new epoch follows, if there is one.
    pub(super) fn follows(&self) -> Option<Follows> {
        let LogCursor { point, hash, .. } = self.cursor;
        (point.evn > 0).then_some(Follows { point, hash })
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
            )
            .signed(&self.app.log_keys);
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

    /// Moves the cursor, unless another holder of the lock has moved it.
    pub(super) async fn move_to(&mut self, to: LogCursor) -> Result<(), LogError> {
        if to == self.cursor {
            return Ok(());
        }
        if !log_cursors::advance(&self.app.pool, self.drop_id, &self.cursor, &to).await? {
            return Err(LogError::Late);
        }
        self.cursor = to;
        Ok(())
    }

    /// Raises the generation of the log, unless somebody else has.
    pub(super) async fn leave_log(&self, why: &str) -> Result<(), LogError> {
        let topic = &self.app.topics.queue_events;
        let log = kafka_log::known_log(&self.app, topic, self.cursor.partition).await?;
        if log.known.generation == self.cursor.generation {
            kafka_log::replace(&self.app, &log.known, log.offsets.start, why).await?;
        }
        Ok(())
    }
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
