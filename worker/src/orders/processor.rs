//! The loop around a partition's batches.

use super::{
    commit::commit,
    pace::Pacer,
    read_position::{self, ReadPosition},
    understand,
};
use crate::{
    app::App,
    causes::with_causes,
    kafka_log::{self, KafkaLogError},
    line_updates::LineUpdater,
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
/// Pause before starting again after a failure.
const PAUSE: Duration = Duration::from_millis(200);

struct Processor {
    app: App,
    updater: LineUpdater,
    position: ReadPosition,
    reader: PartitionReader,
    pacer: Pacer,
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
    while !stop.is_cancelled() {
        match session(&app, &updater, partition, &stop).await {
            Ok(SessionEnd::Stopped) => return,
            Ok(SessionEnd::Stale) => {}
            Err(error) => {
                let error = with_causes(error);
                tracing::warn!(
                    partition,
                    error,
                    "could not process the orders of partition {partition}; trying again"
                );
            }
        }
        stop.run_until_cancelled(sleep(PAUSE)).await;
    }
}

async fn session(
    app: &App,
    updater: &LineUpdater,
    partition: i32,
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
        checked_at: Instant::now(),
    };
    processor.run(stop).await
}

impl Processor {
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
            let rate = self.rate_of(&records[0]);
            let turn = self.pacer.turn(rate, records.len());
            let Some(n) = stop.run_until_cancelled(turn).await else {
                return Ok(Some(SessionEnd::Stopped));
            };
            let done = commit(&self.app, &self.position, &records[..n], stop).await?;
            let Some(done) = done else { return Ok(Some(SessionEnd::Stale)) };
            if done.n_taken > 0 {
                pause_point!("orders.after_commit");
                self.updater.settled(&done);
                self.position.next_offset = done.next_offset;
                records.drain(..done.n_taken);
            }
            if let Some(wait) = done.wait
                && stop.run_until_cancelled(sleep(wait)).await.is_none()
            {
                return Ok(Some(SessionEnd::Stopped));
            }
        }
        Ok(None)
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
