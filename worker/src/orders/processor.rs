//! The loop around a partition's batches.

use super::{
    commit::Committer,
    pace::Pacer,
    read_position::{self, ReadPosition},
    stall::Stall,
    understand,
};
use crate::{
    app::App,
    kafka_log::{self, KafkaLogError},
    line_updates::LineUpdater,
    live_drops::DropChanges,
    pause::pause_point,
};
use broker::PartitionReader;
use database::ordering::order_batch::{BatchRecord, RecordContent};
use shared::telemetry::GaugeName;
use std::time::Duration;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// How long a read waits for the first record.
const READ_WAIT: Duration = Duration::from_millis(250);
/// How often the log's identity is looked at while all goes well.
const CHECK_EVERY: Duration = Duration::from_secs(2);
/// Pause before looking at a log again that is not the one we know, or that somebody else reads.
const PAUSE: Duration = Duration::from_millis(200);
/// How long the order rate is waited for without looking whether it has changed.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

struct Processor<'a> {
    app: App,
    updater: LineUpdater,
    position: ReadPosition,
    reader: PartitionReader,
    pacer: Pacer,
    /// A changed order rate holds at once.
    changes: DropChanges,
    stall: &'a mut Stall,
    checked_at: Instant,
}

/// Why a session is over; the next one reads on at the offset that Postgres has.
enum SessionEnd {
    Stopped,
    /// Somebody else moves the offset, or the log has to be looked at again.
    Stale,
}

/// Processes a partition until told to stop.
pub(super) async fn run(app: App, updater: LineUpdater, partition: i32, stop: CancellationToken) {
    let mut stall = Stall::new(partition);
    while !stop.is_cancelled() {
        let pause = match session(&app, &updater, partition, &mut stall, &stop).await {
            Ok(SessionEnd::Stopped) => return,
            Ok(SessionEnd::Stale) => PAUSE,
            Err(error) => stall.report(error),
        };
        stop.run_until_cancelled(sleep(pause)).await;
    }
}

async fn session(
    app: &App,
    updater: &LineUpdater,
    partition: i32,
    stall: &mut Stall,
    stop: &CancellationToken,
) -> anyhow::Result<SessionEnd> {
    let position = match read_position::find(app, partition).await {
        Err(KafkaLogError::Replaced) => return Ok(SessionEnd::Stale),
        position => position?,
    };
    let (kafka, topic) = (&app.settings.kafka, &app.topics.order_commands);
    let reader = PartitionReader::open(kafka, topic, partition, position.next_offset)?;
    let mut processor = Processor {
        app: app.clone(),
        updater: updater.clone(),
        position,
        reader,
        pacer: Pacer::default(),
        changes: app.drops.changes(),
        stall,
        checked_at: Instant::now(),
    };
    processor.run(stop).await
}

impl Processor<'_> {
    async fn run(&mut self, stop: &CancellationToken) -> anyhow::Result<SessionEnd> {
        let max = self.app.settings.orders.batch.get() as usize;
        loop {
            let reading = self.reader.read_batch(max, READ_WAIT);
            let Some(read) = stop.run_until_cancelled(reading).await else {
                return Ok(SessionEnd::Stopped);
            };
            let records = match read {
                Err(error) if error.is_out_of_range() => return Ok(SessionEnd::Stale),
                records => records?,
            };
            // A wiped log that has grown past our offset would be read on without a word.
            if self.checked_at.elapsed() > CHECK_EVERY && self.is_replaced().await? {
                return Ok(SessionEnd::Stale);
            }
            if records.is_empty() {
                self.stall.end();
                continue;
            }
            pause_point!("orders.after_poll");
            let keys = &self.app.command_keys;
            let records = records.into_iter().map(|record| understand::understand(record, keys));
            if let Some(end) = self.process(records.collect(), stop).await? {
                return Ok(end);
            }
        }
    }

    /// Commits records batch by batch, as the order rate allows.
    async fn process(
        &mut self,
        mut records: Vec<BatchRecord>,
        stop: &CancellationToken,
    ) -> anyhow::Result<Option<SessionEnd>> {
        while !records.is_empty() {
            let Some(n) = self.turn(&records, stop).await else {
                return Ok(Some(SessionEnd::Stopped));
            };
            let mut committer = Committer {
                app: &self.app,
                position: self.position,
                stall: &mut *self.stall,
                stop,
            };
            let done = committer.commit(&records[..n]).await?;
            let Some(done) = done else { return Ok(Some(SessionEnd::Stale)) };
            if done.n_taken > 0 {
                pause_point!("orders.after_commit");
                self.updater.settled(&done);
                self.position.next_offset = done.next_offset;
                records.drain(..done.n_taken);
            }
            if let Some(wait) = done.wait
                && !self.wait(wait, stop).await
            {
                return Ok(Some(SessionEnd::Stopped));
            }
        }
        Ok(None)
    }

    /// Waits for the pace. Returns how many of the records to try; `None` when told to stop.
    async fn turn(&mut self, records: &[BatchRecord], stop: &CancellationToken) -> Option<usize> {
        loop {
            let rate = self.rate_of(&records[0]);
            tokio::select! {
                () = stop.cancelled() => return None,
                n = self.pacer.turn(rate, records.len()) => return Some(n),
                // Perhaps the rate is another one now.
                () = self.changes.next() => {}
                () = sleep(LONGEST_WAIT) => {}
            }
        }
    }

    /// Waits for as long as the order rate asks, or until it may have changed. `false` when told to
    /// stop.
    async fn wait(&mut self, wait: Duration, stop: &CancellationToken) -> bool {
        tokio::select! {
            () = stop.cancelled() => return false,
            () = self.changes.next() => {}
            () = sleep(wait.min(LONGEST_WAIT)) => {}
        }
        true
    }

    fn rate_of(&self, record: &BatchRecord) -> Option<f64> {
        let RecordContent::Command(command) = &record.content else { return None };
        let flash_drop = self.app.drops.find(command.drop_id)?;
        Some(flash_drop.limits.order_rate_per_second)
    }

    async fn is_replaced(&mut self) -> anyhow::Result<bool> {
        let (topic, partition) = (&self.app.topics.order_commands, self.position.partition);
        let log = match kafka_log::known_log(&self.app, topic, partition).await {
            Err(KafkaLogError::Replaced) => return Ok(true),
            log => log?,
        };
        self.checked_at = Instant::now();
        let lag = (log.offsets.end - self.position.next_offset).max(0);
        metrics::gauge!(GaugeName::CommandLag.as_str(), "partition" => partition.to_string())
            .set(lag as f64);
        Ok(log.known.generation != self.position.generation
            || log.offsets.end < self.position.next_offset)
    }
}
