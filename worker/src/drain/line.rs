//! The loop of one drop: admit, produce, extend.
//!
//! | crash after | what happens then |
//! |---|---|
//! | admit | the lease runs out, the reconciler produces the command |
//! | produce, ack | the same; the second command meets the order row of the first |
//! | extend | nothing is missing |
//!
//! A drain whose EXTEND is refused because the epoch is over tells nobody: the rebuild decides
//! what becomes of its tickets.

use super::pressure::{Flow, Pressure};
use crate::{app::App, causes::with_causes, order_commands, pause::pause_point};
use database::selling::scheduling::{EpochState, LiveDrop};
use queue::QueueError;
use shared::{
    drops::{DropMode, DropState},
    ids::DropId,
    line::{Admission, AdmitRequest},
    telemetry::CounterName,
};
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Failures are logged at most this often.
const LOG_EVERY: Duration = Duration::from_secs(5);
/// Tickets let in by one call while they are let in slowly, and the pause between two such calls.
const SLOW_BATCH: u32 = 10;
const SLOW_PAUSE: Duration = Duration::from_secs(1);

/// Admits the tickets of a drop until told to stop, or until it is not sold any more.
pub(super) async fn run(app: App, drop_id: DropId, pressure: Pressure, soft: CancellationToken) {
    let pause = Duration::from_millis(app.settings.line.admit_every_ms.get());
    let mut ticks = tokio::time::interval(pause);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut drain = LineDrain::new(app, drop_id, pressure);
    while soft.run_until_cancelled(ticks.tick()).await.is_some() {
        let Some(flash_drop) = drain.app.drops.find(drop_id) else { break };
        drain.turn(&flash_drop).await;
    }
}

/// The drain of one drop.
struct LineDrain {
    app: App,
    drop_id: DropId,
    pressure: Pressure,
    /// Kept until its answer is known, so that a lost answer is asked for again.
    request_id: Uuid,
    /// When people were last let in slowly.
    slow_at: Option<Instant>,
    logged_at: Option<Instant>,
}

impl LineDrain {
    fn new(app: App, drop_id: DropId, pressure: Pressure) -> Self {
        let request_id = Uuid::now_v7();
        Self { app, drop_id, pressure, request_id, slow_at: None, logged_at: None }
    }

    /// Lets in everybody who may come in now. May run at any time, twice, or on two hosts.
    async fn turn(&mut self, flash_drop: &LiveDrop) {
        let moves = flash_drop.state == DropState::Open
            && flash_drop.mode == DropMode::Running
            && flash_drop.epoch_state == EpochState::Open;
        if !moves {
            return;
        }
        let admitted = match self.pressure.flow(&self.app, flash_drop).await {
            Flow::Blocked => return,
            Flow::Slow => self.admit_slowly(flash_drop).await,
            Flow::Free => self.admit(flash_drop).await,
        };
        if let Err(error) = admitted {
            self.log_failure(error);
        }
    }

    async fn admit(&mut self, flash_drop: &LiveDrop) -> anyhow::Result<()> {
        let limit = self.app.settings.line.admit_batch.get();
        while self.admit_batch(flash_drop, limit).await? == limit as usize {}
        Ok(())
    }

    async fn admit_slowly(&mut self, flash_drop: &LiveDrop) -> anyhow::Result<()> {
        if self.slow_at.is_some_and(|slow_at| slow_at.elapsed() < SLOW_PAUSE) {
            return Ok(());
        }
        self.slow_at = Some(Instant::now());
        self.admit_batch(flash_drop, SLOW_BATCH).await?;
        Ok(())
    }

    /// Returns how many were let in.
    async fn admit_batch(&mut self, flash_drop: &LiveDrop, limit: u32) -> anyhow::Result<usize> {
        let generation = self.pressure.generation();
        let Some(admission) = self.next_batch(flash_drop, limit).await? else { return Ok(0) };
        if !admission.tickets.is_empty() {
            CounterName::TicketsAdmitted.get().increment(admission.tickets.len() as u64);
            pause_point!("drain.after_admit");
            self.hand_on(flash_drop, generation, &admission).await?;
        }
        Ok(admission.tickets.len())
    }

    async fn next_batch(
        &mut self,
        flash_drop: &LiveDrop,
        limit: u32,
    ) -> Result<Option<Admission>, QueueError> {
        let request = AdmitRequest {
            limit,
            lease: self.app.settings.line.lease(),
            request_id: self.request_id,
        };
        let answer = self.app.queue.admit(self.drop_id, flash_drop.epoch, request).await;
        match answer {
            Ok(admission) => {
                self.request_id = Uuid::now_v7();
                Ok(Some(admission))
            }
            // The event log writer sees to it; the room opens under another epoch.
            Err(error) if error.is_epoch() => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn hand_on(
        &self,
        flash_drop: &LiveDrop,
        generation: i64,
        admission: &Admission,
    ) -> anyhow::Result<()> {
        let sent = order_commands::send(&self.app, flash_drop, &admission.tickets).await?;
        pause_point!("drain.after_produce");
        let (written, n_unknown) = order_commands::acknowledged(generation, sent).await;
        pause_point!("drain.after_ack");
        CounterName::CommandsProduced.get().increment(written.len() as u64);
        if !written.is_empty() {
            let lease = self.app.settings.line.extended_lease();
            let extended =
                self.app.queue.extend(self.drop_id, flash_drop.epoch, &written, lease).await;
            match extended {
                Err(error) if !error.is_epoch() => return Err(error.into()),
                _ => {}
            }
            pause_point!("drain.after_extend");
        }
        if n_unknown > 0 {
            anyhow::bail!(
                "{n_unknown} commands were not acknowledged; their leases bring them back"
            );
        }
        Ok(())
    }

    fn log_failure(&mut self, error: anyhow::Error) {
        if self.logged_at.is_none_or(|logged_at| logged_at.elapsed() > LOG_EVERY) {
            let (id, error) = (self.drop_id, with_causes(error));
            tracing::warn!(drop.id = %id, error, "could not let people into drop {id}");
            self.logged_at = Some(Instant::now());
        }
    }
}
