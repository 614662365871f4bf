//! The drops' rooms in Redis: limits brought there, those from before a reset closed, lines ended; what
//! is over is wound up.

use super::winding_up::WindingUp;
use crate::{app::App, causes::with_causes, room_config::room_config};
use database::selling::scheduling::{EpochState, LiveDrop};
use shared::{
    drops::{CloseReason, DropState},
    ids::DropId,
    line::Epoch,
};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// Tickets closed by one call.
const CHUNK: u32 = 500;
/// Calls that close those from before a reset, in one look at a room: other rooms have their turn then.
const CALLS_OF_A_LOOK: usize = 20;

/// Keeps the rooms up to date until told to stop.
pub(super) async fn run(app: &App, stop: &CancellationToken) {
    let tick = Duration::from_millis(app.settings.orders.tick_ms.get());
    let mut changes = app.drops.changes();
    let mut rooms = RoomSync::new(app.clone());
    while !stop.is_cancelled() {
        rooms.bring_up_to_date().await;
        tokio::select! {
            () = stop.cancelled() => {}
            () = sleep(tick) => {}
            // A changed limit is brought to Redis at once.
            () = changes.next() => {}
        }
    }
}

/// Brings the rooms up to date.
struct RoomSync {
    app: App,
    /// What each room was last given; at first nothing is known of any.
    synced: HashMap<DropId, Synced>,
    winding_up: WindingUp,
}

/// Epoch, version of the limits, and state.
type Synced = (Epoch, i64, DropState);

impl RoomSync {
    fn new(app: App) -> Self {
        Self { winding_up: WindingUp::new(app.clone()), app, synced: HashMap::new() }
    }

    /// Looks at every room once. May run at any time, twice, or on two hosts.
    async fn bring_up_to_date(&mut self) {
        let drops = self.app.drops.now();
        self.synced.retain(|id, _| drops.contains_key(id));
        self.winding_up.keep(&drops);
        for flash_drop in drops.values() {
            // While it is being built, the event log writer brings the limits.
            if flash_drop.epoch_state != EpochState::Open {
                continue;
            }
            if let Err(error) = self.look_at(flash_drop).await {
                let (id, error) = (flash_drop.id, with_causes(error));
                tracing::debug!(drop.id = %id, error, "could not update the room of drop {id}");
            }
        }
    }

    async fn look_at(&mut self, flash_drop: &Arc<LiveDrop>) -> anyhow::Result<()> {
        let now = (flash_drop.epoch, flash_drop.limits_version, flash_drop.state);
        if self.synced.get(&flash_drop.id) != Some(&now) {
            self.bring_limits(flash_drop).await?;
            if self.close_before_reset(flash_drop).await? {
                self.synced.insert(flash_drop.id, now);
            }
        }
        if let Some(reason) = flash_drop.state.close_reason() {
            self.winding_up.begin(flash_drop, reason);
        }
        Ok(())
    }

    async fn bring_limits(&self, flash_drop: &LiveDrop) -> anyhow::Result<()> {
        let (queue, id, epoch) = (&self.app.queue, flash_drop.id, flash_drop.epoch);
        let config = room_config(flash_drop, &self.app.settings);
        queue.configure(id, epoch, &config).await?;
        if let Some(reason) = flash_drop.state.close_reason() {
            queue.end(id, epoch, reason).await?;
        }
        Ok(())
    }

    /// Closes those in line who have a number from before the last reset of the room; nobody behind them
    /// is let in as long as they stand there. Returns whether none is left.
    async fn close_before_reset(&self, flash_drop: &LiveDrop) -> anyhow::Result<bool> {
        let Some(served) = flash_drop.served.filter(|served| served.after > 0) else {
            return Ok(true);
        };
        let (queue, id, epoch) = (&self.app.queue, flash_drop.id, flash_drop.epoch);
        for _ in 0..CALLS_OF_A_LOOK {
            let reason = CloseReason::Cancelled;
            let progress = queue.close_up_to(id, epoch, reason, served.after, CHUNK).await?;
            if progress.closed < u64::from(CHUNK) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
