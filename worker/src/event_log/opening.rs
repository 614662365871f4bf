//! Opening the log of a drop: the cursor is brought to where the drop's chain ends, in the log that
//! is there now.

use super::{
    error::LogError,
    history::{self, History},
    writer::LogWriter,
};
use crate::{
    app::App,
    kafka_log::{self, KnownLog},
};
use broker::RangeReader;
use database::{
    line::{
        epochs,
        log_cursors::{self, LogCursor},
    },
    selling::scheduling::LiveDrop,
};
use shared::{
    decide::chain::{EventChain, Followed},
    line::{ChainHash, EventPoint, Follows},
};

impl LogWriter {
    /// Opens the log of a drop where it ends: behind whatever a writer before has written, as far as
    /// that is part of the chain. After [`LogError::LogReplaced`] the next try opens the new log.
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
        let followed = epochs::followed(&writer.app.pool, drop_id).await?;
        writer.catch_up(log.offsets.end, &followed).await?;
        Ok(writer)
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

    /// Whether the record before the cursor is the one that it was.
    async fn is_in(&self, log: &KnownLog) -> Result<bool, LogError> {
        let at = self.cursor.next_offset - 1;
        if !log.offsets.contains(&at) {
            return Ok(false);
        }
        let (topic, partition) = (&self.app.topics.queue_events, self.cursor.partition);
        let mut reader = RangeReader::open(&self.app.ranges, topic, partition, at..at + 1).await?;
        let records = reader.next().await?.unwrap_or_default();
        let event = records.first().and_then(|record| history::parse(record, self.drop_id));
        // Also what came late, behind the event that this epoch follows: the cursor was cut back.
        Ok(event
            .is_some_and(|event| event.point() <= self.cursor.point || event.epoch < self.epoch))
    }

    /// Moves the cursor behind what a writer wrote before it died; back, if that one came too late,
    /// behind the event that this epoch follows.
    async fn catch_up(&mut self, end: i64, followed: &Followed) -> Result<(), LogError> {
        let mut to = self.cursor;
        if let Some(Follows { point, hash }) = followed.get(&self.epoch)
            && to.point.epoch < self.epoch
            && to.point > *point
        {
            (to.point, to.hash) = (*point, *hash);
        }
        let chain = EventChain::new(Some(to.hash), self.epoch, followed);
        let (partition, range) = (to.partition, to.next_offset..end);
        let mut history = History::open(&self.app, self.drop_id, partition, range, chain).await?;
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
