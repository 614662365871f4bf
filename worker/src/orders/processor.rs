//! The loop around a partition's batches.

use super::{
    commit::Committer,
    looks::{LogJudgement, Looks},
    pace::Pacer,
    read_position::{self, ReadPosition},
    stall::Stall,
    timing::Timing,
    understand,
};
use crate::{
    app::App, kafka_log::KafkaLogError, line_updates::LineUpdater, live_drops::DropChanges,
    pause::pause_point,
};
use broker::{LogConsumer, PartitionReader};
use database::ordering::order_batch::{BatchRecord, RecordContent};
use shared::telemetry::GaugeName;
use std::time::Duration;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// How long a read waits for the first record.
const READ_WAIT: Duration = Duration::from_secs(1);
/// Pause before looking at a log again that is not the one we know, or that somebody else reads.
const PAUSE: Duration = Duration::from_millis(200);
/// How long the order rate is waited for without looking whether it has changed.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// What the processors of all partitions share.
#[derive(Clone)]
pub(super) struct Tools {
    pub(super) consumer: LogConsumer,
    pub(super) looks: Looks,
    pub(super) updater: LineUpdater,
}

struct Processor<'a> {
    app: App,
    updater: LineUpdater,
    looks: Looks,
    position: ReadPosition,
    /// When the position was found; a look that began before says nothing of it.
    found_at: Instant,
    reader: PartitionReader,
    pacer: Pacer,
    /// A changed order rate holds at once.
    changes: DropChanges,
    stall: &'a mut Stall,
}

/// Why a session is over; the next one reads on at the offset that Postgres has.
enum SessionEnd {
    Stopped,
    /// Somebody else moves the offset, or the log has to be looked at again.
    Stale,
}

/// Processes a partition until told to stop.
pub(super) async fn run(app: App, tools: Tools, partition: i32, stop: CancellationToken) {
    let mut stall = Stall::new(partition);
    while !stop.is_cancelled() {
        let pause = match session(&app, &tools, partition, &mut stall, &stop).await {
            Ok(SessionEnd::Stopped) => return,
            Ok(SessionEnd::Stale) => PAUSE,
            Err(error) => stall.report(error),
        };
        stop.run_until_cancelled(sleep(pause)).await;
    }
}

async fn session(
    app: &App,
    tools: &Tools,
    partition: i32,
    stall: &mut Stall,
    stop: &CancellationToken,
) -> anyhow::Result<SessionEnd> {
    let position = match read_position::find(app, partition).await {
        Err(KafkaLogError::Replaced) => return Ok(SessionEnd::Stale),
        position => position?,
    };
    let (topic, found_at) = (&app.topics.order_commands, Instant::now());
    let reader =
        PartitionReader::open(&tools.consumer, topic, partition, position.next_offset).await?;
    let mut processor = Processor {
        app: app.clone(),
        updater: tools.updater.clone(),
        looks: tools.looks.clone(),
        position,
        found_at,
        reader,
        pacer: Pacer::default(),
        changes: app.drops.changes(),
        stall,
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
            if self.is_doubtful()? {
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
        let timing = Timing::begin(&self.app, &records);
        while !records.is_empty() {
            timing.left(&records);
            let Some(n) = self.turn(&records, stop).await else {
                return Ok(Some(SessionEnd::Stopped));
            };
            let began_at = Instant::now();
            let mut committer = Committer {
                app: &self.app,
                position: self.position,
                stall: &mut *self.stall,
                stop,
            };
            let done = committer.commit(&records[..n]).await?;
            let Some(done) = done else { return Ok(Some(SessionEnd::Stale)) };
            if done.n_taken > 0 {
                timing.committed(&records[..done.n_taken], began_at.elapsed());
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

    /// Whether the log may be another one, as the last look at all logs says.
    fn is_doubtful(&mut self) -> anyhow::Result<bool> {
        match self.looks.judgement(self.position, self.found_at)? {
            None => Ok(false),
            Some(LogJudgement::Doubtful) => Ok(true),
            Some(LogJudgement::Same { lag }) => {
                let partition = self.position.partition.to_string();
                metrics::gauge!(GaugeName::CommandLag.as_str(), "partition" => partition)
                    .set(lag as f64);
                Ok(false)
            }
        }
    }
}
