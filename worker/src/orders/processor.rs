//! The loop around a partition's batches.

use super::{
    commit::{Place, commit},
    pace::Pacer,
    place, understand,
};
use crate::{app::App, event_log::LogError, line_updates::LineUpdater, pause_point};
use broker::PartitionReader;
use database::ordering::order_batch::{BatchRecord, RecordContent};
use shared::telemetry::GaugeName;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long a read waits for the first record.
const READ_WAIT: Duration = Duration::from_millis(250);
/// How often the log's identity is looked at while all goes well.
const CHECK_EVERY: Duration = Duration::from_secs(2);
/// Pause before beginning again after a failure.
const PAUSE: Duration = Duration::from_millis(200);

struct Processor {
    app: App,
    teller: LineUpdater,
    place: Place,
    reader: PartitionReader,
    pacer: Pacer,
    checked_at: Instant,
}

/// Why a processor begins again at the place that Postgres has.
enum Ended {
    Stopped,
    /// Somebody else moves the offset, or the log has to be looked at anew.
    Stale,
}

/// Processes a partition until told to stop.
pub(super) async fn run(app: App, teller: LineUpdater, partition: i32, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match session(&app, &teller, partition, &stop).await {
            Ok(Ended::Stopped) => return,
            Ok(Ended::Stale) => {}
            Err(error) => {
                let error = format!("{error:#}");
                tracing::warn!(partition, error, "orders of this partition wait");
            }
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

async fn session(
    app: &App,
    teller: &LineUpdater,
    partition: i32,
    stop: &CancellationToken,
) -> anyhow::Result<Ended> {
    let known = match place::find(app, partition).await {
        Err(LogError::LogReplaced) => return Ok(Ended::Stale),
        known => known?,
    };
    let topic = &app.topics.order_commands;
    let reader = PartitionReader::open(&app.settings.kafka, topic, partition, known.next_offset)?;
    let (generation, next_offset) = (known.generation, known.next_offset);
    let mut processor = Processor {
        app: app.clone(),
        teller: teller.clone(),
        place: Place { partition, generation, next_offset },
        reader,
        pacer: Pacer::default(),
        checked_at: Instant::now(),
    };
    processor.run(stop).await
}

impl Processor {
    async fn run(&mut self, stop: &CancellationToken) -> anyhow::Result<Ended> {
        let max = self.app.settings.orders.batch.get() as usize;
        loop {
            let read = tokio::select! {
                () = stop.cancelled() => return Ok(Ended::Stopped),
                read = self.reader.read_batch(max, READ_WAIT) => read,
            };
            let records = match read {
                Err(error) if error.is_out_of_range() => return Ok(Ended::Stale),
                records => records?,
            };
            // A wiped log that has grown past our place would be read on without a word.
            if self.checked_at.elapsed() > CHECK_EVERY && self.is_replaced().await? {
                return Ok(Ended::Stale);
            }
            if records.is_empty() {
                continue;
            }
            pause_point!("orders.after_poll");
            let keys = &self.app.command_keys;
            let records = records.into_iter().map(|record| understand::understand(record, keys));
            if let Some(ended) = self.process(records.collect(), stop).await? {
                return Ok(ended);
            }
        }
    }

    /// Commits records batch by batch, as the order rate allows.
    async fn process(
        &mut self,
        mut records: Vec<BatchRecord>,
        stop: &CancellationToken,
    ) -> anyhow::Result<Option<Ended>> {
        while !records.is_empty() {
            let rate = self.rate_of(&records[0]);
            let n = tokio::select! {
                () = stop.cancelled() => return Ok(Some(Ended::Stopped)),
                n = self.pacer.turn(rate, records.len()) => n,
            };
            let done = commit(&self.app, &self.place, &records[..n], stop).await?;
            let Some(done) = done else { return Ok(Some(Ended::Stale)) };
            if done.n_taken > 0 {
                pause_point!("orders.after_commit");
                self.teller.settled(&done);
                self.place.next_offset = done.next_offset;
                records.drain(..done.n_taken);
            }
            if let Some(wait) = done.wait {
                tokio::select! {
                    () = stop.cancelled() => return Ok(Some(Ended::Stopped)),
                    () = tokio::time::sleep(wait) => {}
                }
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
        let (topic, partition) = (&self.app.topics.order_commands, self.place.partition);
        let log = match crate::kafka_log::known_log(&self.app, topic, partition).await {
            Err(LogError::LogReplaced) => return Ok(true),
            log => log?,
        };
        self.checked_at = Instant::now();
        let lag = (log.offsets.end - self.place.next_offset).max(0);
        metrics::gauge!(GaugeName::CommandLag.as_str(), "partition" => partition.to_string())
            .set(lag as f64);
        Ok(log.known.generation != self.place.generation
            || log.offsets.end < self.place.next_offset)
    }
}
