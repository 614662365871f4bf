//! The loop of one drop: makes sure that its room can be used, then logs event after event.

use super::{error::LogError, rebuild, writer::LogWriter};
use crate::{app::App, causes::with_causes};
use database::{
    line::epochs,
    selling::scheduling::{self, EpochState, LiveDrop},
};
use shared::{
    ids::DropId,
    line::{RoomHeader, RoomState},
};
use std::time::Duration;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// How long one read waits for events.
const WAIT: Duration = Duration::from_millis(100);
/// Events of one batch.
const BATCH: u32 = 500;
/// How often the room itself is looked at: a restarted Redis has to be noticed.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// Pause after a failure; grows with the number of failures up to the longest.
const PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// Of a failure that goes on, one in so many is logged.
const LOG_EVERY: u32 = 25;

/// Looks after the log of a drop until told to stop, or until the drop is not sold any more.
pub(super) async fn run(app: App, drop_id: DropId, stop: CancellationToken) {
    let mut failures = 0;
    let mut logged = String::new();
    while !stop.is_cancelled() && app.drops.find(drop_id).is_some() {
        match tend(&app, drop_id, &stop).await {
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
async fn tend(app: &App, drop_id: DropId, stop: &CancellationToken) -> Result<(), LogError> {
    let Some(flash_drop) = scheduling::live_drop(&app.pool, drop_id).await? else {
        stop.run_until_cancelled(sleep(PAUSE)).await;
        return Ok(());
    };
    let header = app.queue.room(drop_id).await?;
    if !is_usable(header.as_ref(), &flash_drop) {
        return rebuild::rebuild(app, &flash_drop, header.as_ref()).await;
    }
    if flash_drop.epoch_state == EpochState::Rebuilding {
        // The instance that opened the room died before it could say so.
        epochs::mark_open(&app.pool, drop_id, flash_drop.epoch).await?;
    }
    let mut writer = LogWriter::open(app, &flash_drop).await?;
    let mut reader = app.queue.event_reader();
    let mut look_at = Instant::now() + LOOK_EVERY;
    while !stop.is_cancelled() {
        let rooms = [(drop_id, writer.last().0)];
        for (_, batch) in reader.read(&rooms, WAIT, BATCH).await? {
            // The log passes over nothing: it stands before an event that cannot be read.
            writer.write(&batch.complete()?).await?;
        }
        if Instant::now() >= look_at {
            let header = app.queue.room(drop_id).await?;
            if !is_usable(header.as_ref(), &flash_drop) {
                return Err(LogError::RoomLost);
            }
            look_at = Instant::now() + LOOK_EVERY;
        }
    }
    Ok(())
}

/// Whether Redis has the room of this epoch, complete, on the run of the server that it was built
/// on.
fn is_usable(header: Option<&RoomHeader>, flash_drop: &LiveDrop) -> bool {
    flash_drop.epoch_state != EpochState::None
        && header.is_some_and(|header| {
            header.trusted && header.state == RoomState::Open && header.epoch == flash_drop.epoch
        })
}
