//! The loop of one drop: makes sure that its room can be used, then logs event after event.

use super::{LogError, rebuild, writer::LogWriter};
use crate::app::App;
use database::selling::scheduling::{self, EpochState, LiveDrop};
use queue::{RoomHeader, RoomState};
use shared::ids::DropId;
use std::time::Duration;
use tokio::time::Instant;
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
/// A failure that goes on is told once in so many.
const TELL_EVERY: u32 = 25;

/// Looks after the log of a drop until told to stop, or until the drop is not sold any more.
pub async fn run(app: App, drop_id: DropId, stop: CancellationToken) {
    let mut failures = 0;
    let mut told = String::new();
    while !stop.is_cancelled() && app.drops.find(drop_id).is_some() {
        match tend(&app, drop_id, &stop).await {
            Ok(()) => failures = 0,
            // The next look begins with building it.
            Err(LogError::RoomLost) => {}
            Err(error) => {
                let error = format!("{:#}", anyhow::Error::new(error));
                if failures % TELL_EVERY == 0 || error != told {
                    tracing::warn!(drop.id = %drop_id, error, "the line's log stands still");
                    told = error;
                }
                failures += 1;
                tokio::time::sleep((PAUSE * failures).min(LONGEST_PAUSE)).await;
            }
        }
    }
}

/// Brings the room into a usable state, then logs its events.
async fn tend(app: &App, drop_id: DropId, stop: &CancellationToken) -> Result<(), LogError> {
    let Some(flash_drop) = scheduling::live_drop(&app.pool, drop_id).await? else {
        tokio::time::sleep(PAUSE).await;
        return Ok(());
    };
    let header = app.queue.room(drop_id).await?;
    if !is_usable(header.as_ref(), &flash_drop) {
        return rebuild::rebuild(app, &flash_drop, header.as_ref()).await;
    }
    if flash_drop.epoch_state == EpochState::Rebuilding {
        // The one who opened the room died before it could say so.
        database::line::epochs::mark_open(&app.pool, drop_id, flash_drop.epoch).await?;
    }
    let mut writer = LogWriter::open(app, &flash_drop).await?;
    let mut reader = app.queue.event_reader();
    let mut look_at = Instant::now() + LOOK_EVERY;
    while !stop.is_cancelled() {
        let rooms = [(drop_id, writer.last().0)];
        for (_, events) in reader.read(&rooms, WAIT, BATCH).await? {
            writer.write(&events).await?;
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
