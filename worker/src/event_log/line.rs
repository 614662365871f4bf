//! The loop of one drop: makes sure that its room can be used, then logs batch after batch.

use super::{
    error::LogError,
    feed::RoomNews,
    lookout::Lookout,
    rebuild::{rebuild, say_open},
    room_logs::RoomLogs,
    writer::LogWriter,
};
use crate::causes::with_causes;
use database::selling::scheduling::{self, EpochState, LiveDrop};
use shared::{
    decide::room::{LineRow, RoomStep},
    ids::DropId,
};
use std::time::Duration;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// Pause after a failure; grows with the number of failures up to the longest.
const PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// Of a failure that goes on, one in so many is logged.
const LOG_EVERY: u32 = 25;
/// The first generation of a log: a later one took the place of another.
const FIRST_GENERATION: i64 = 1;

/// Looks after the log of a drop until told to stop, or until the drop is not sold any more.
pub(super) async fn run(logs: RoomLogs, drop_id: DropId, stop: CancellationToken) {
    let mut failures = 0;
    let mut logged = String::new();
    while !stop.is_cancelled() && logs.app.drops.find(drop_id).is_some() {
        match tend(&logs, drop_id, &stop).await {
            Ok(()) => failures = 0,
            // The next look begins with building it.
            Err(LogError::RoomLost) => {}
            Err(error) => {
                let error = with_causes(error);
                if failures % LOG_EVERY == 0 || error != logged {
                    tracing::warn!(
                        drop.id = %drop_id, error,
                        "could not log the room events of drop {drop_id}; trying again"
                    );
                    logged = error;
                }
                failures += 1;
                stop.run_until_cancelled(sleep((PAUSE * failures).min(LONGEST_PAUSE))).await;
            }
        }
    }
}

/// Brings the room into a usable state, then logs its events.
async fn tend(logs: &RoomLogs, drop_id: DropId, stop: &CancellationToken) -> Result<(), LogError> {
    // Only what has its turn asks anything; who waits for it can be told to stop.
    let Some(turn) = stop.run_until_cancelled(logs.turns.acquire()).await else { return Ok(()) };
    let Some(flash_drop) = with_usable_room(logs, drop_id).await? else {
        drop(turn);
        stop.run_until_cancelled(sleep(PAUSE)).await;
        return Ok(());
    };
    let writer = LogWriter::open(&logs.app, &flash_drop).await?;
    drop(turn);
    follow(logs, row_of(&flash_drop), drop_id, writer, stop).await
}

/// Makes sure that the room can be used. Returns the drop's row as it is then; `None` when the drop
/// is not sold any more.
async fn with_usable_room(logs: &RoomLogs, drop_id: DropId) -> Result<Option<LiveDrop>, LogError> {
    let (app, pool) = (&logs.app, &logs.app.pool);
    let Some(flash_drop) = scheduling::live_drop(pool, drop_id).await? else { return Ok(None) };
    let header = app.queue.room(drop_id).await?;
    match RoomStep::of(row_of(&flash_drop), header.as_ref()) {
        RoomStep::Log => Ok(Some(flash_drop)),
        RoomStep::MarkOpen { announce } => {
            say_open(app, drop_id, flash_drop.epoch, announce).await?;
            Ok(Some(flash_drop))
        }
        RoomStep::Build(plan) => {
            rebuild(logs, &flash_drop, plan).await?;
            Ok(scheduling::live_drop(pool, drop_id).await?)
        }
        RoomStep::GiveUp => Err(LogError::TooManyEpochs),
    }
}

/// Logs the events of a room for as long as it is usable.
async fn follow(
    logs: &RoomLogs,
    row: LineRow,
    drop_id: DropId,
    mut writer: LogWriter,
    stop: &CancellationToken,
) -> Result<(), LogError> {
    let mut events = logs.feed.follow(drop_id, writer.last());
    let mut lookout = Lookout::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            heard = events.next() => match heard {
                // The log passes over nothing: it stands before an event that cannot be read.
                RoomNews::Events(batch) => {
                    writer.write(&batch.complete()?).await?;
                    lookout.note_event();
                }
                RoomNews::Reconnected => lookout.note_reconnect(),
                RoomNews::Ended => return Ok(()),
            },
            () = lookout.is_due() => {
                if !lookout.look(&logs.app, drop_id, row).await? {
                    return Err(LogError::RoomLost);
                }
            }
        }
    }
}

fn row_of(flash_drop: &LiveDrop) -> LineRow {
    LineRow {
        epoch: flash_drop.epoch,
        is_open: flash_drop.epoch_state == EpochState::Open,
        has_whole_log: flash_drop.events_start.0 <= FIRST_GENERATION,
    }
}
