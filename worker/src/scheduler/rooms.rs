//! The drops' rooms in Redis: limits brought there, lines ended, those who wait closed in chunks,
//! empty rooms retired.

use crate::{app::App, causes::with_causes, room_config::room_config};
use database::{
    line::log_cursors,
    selling::scheduling::{self, EpochState, LiveDrop},
};
use shared::{
    drops::{CloseReason, DropState},
    ids::DropId,
    line::Epoch,
};
use std::collections::HashMap;

/// Tickets closed by one call.
const CLOSE_CHUNK: u32 = 500;
/// Calls of one look, so that one long line does not keep the other drops waiting.
const CLOSE_CALLS: usize = 100;

/// Brings the rooms up to date.
pub(super) struct RoomSync {
    app: App,
    /// What each room was last given; at first nothing is known of any.
    synced: HashMap<DropId, Synced>,
}

/// Epoch, version of the limits, and state.
type Synced = (Epoch, i64, DropState);

impl RoomSync {
    pub(super) fn new(app: App) -> Self {
        Self { app, synced: HashMap::new() }
    }

    /// Looks at every room once. May run at any time, twice, or on two hosts.
    pub(super) async fn bring_up_to_date(&mut self) {
        let drops = self.app.drops.now();
        self.synced.retain(|id, _| drops.contains_key(id));
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

    async fn look_at(&mut self, flash_drop: &LiveDrop) -> anyhow::Result<()> {
        let now = (flash_drop.epoch, flash_drop.limits_version, flash_drop.state);
        if self.synced.get(&flash_drop.id) != Some(&now) {
            let capacity = self.app.settings.line.capacity.get();
            let config = room_config(flash_drop, capacity);
            self.app.queue.configure(flash_drop.id, flash_drop.epoch, &config).await?;
            if let Some(reason) = flash_drop.state.close_reason() {
                self.app.queue.end(flash_drop.id, flash_drop.epoch, reason).await?;
            }
            self.synced.insert(flash_drop.id, now);
        }
        match flash_drop.state.close_reason() {
            Some(reason) => self.wind_up(flash_drop, reason).await,
            None => Ok(()),
        }
    }

    /// Closes those who wait, and retires the drop once nothing of it is on its way. Holds of a
    /// cancelled drop are taken back by the sweeper.
    async fn wind_up(&self, flash_drop: &LiveDrop, reason: CloseReason) -> anyhow::Result<()> {
        let (queue, id, epoch) = (&self.app.queue, flash_drop.id, flash_drop.epoch);
        for _ in 0..CLOSE_CALLS {
            if queue.close_waiting(id, epoch, reason, CLOSE_CHUNK).await?.remaining == 0 {
                break;
            }
        }
        let counts = queue.counts(id, epoch).await?;
        let empty = counts.waiting == 0 && counts.missed == 0 && counts.in_flight == 0;
        if !empty || counts.occupied > 0 || !self.is_logged(flash_drop, counts.evn).await? {
            return Ok(());
        }
        if scheduling::retire(&self.app.pool, id, epoch).await? {
            tracing::info!(drop.id = %id, "drop {id} is settled");
        }
        Ok(())
    }

    async fn is_logged(&self, flash_drop: &LiveDrop, evn: u64) -> anyhow::Result<bool> {
        let cursor = log_cursors::find(&self.app.pool, flash_drop.id).await?;
        Ok(cursor.is_some_and(|cursor| {
            cursor.point.epoch == flash_drop.epoch && cursor.point.evn >= evn
        }))
    }
}
