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

use super::pressure::Pressure;
use crate::{app::App, order_commands, pause_point};
use database::selling::scheduling::{EpochState, LiveDrop};
use queue::{Admission, AdmitRequest, QueueError};
use shared::{
    drops::{DropMode, DropState},
    ids::DropId,
    mutants::{self, Term},
    telemetry::CounterName,
};
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Failures are told at most this often.
const TELL_EVERY: Duration = Duration::from_secs(5);

/// Lets the people of a drop in until told to stop, or until it is not sold any more.
pub async fn run(app: App, drop_id: DropId, soft: CancellationToken) {
    let pause = Duration::from_millis(app.settings.line.admit_every_ms.get());
    let mut ticks = tokio::time::interval(pause);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut line = Line::new(app, drop_id);
    loop {
        tokio::select! {
            biased;
            () = soft.cancelled() => break,
            _ = ticks.tick() => {}
        }
        let Some(flash_drop) = line.app.drops.find(drop_id) else { break };
        line.turn(&flash_drop).await;
    }
}

/// The drain of one drop.
pub struct Line {
    app: App,
    drop_id: DropId,
    pressure: Pressure,
    /// Kept until its answer is known, so that a lost answer is asked for again.
    request_id: Uuid,
    told_at: Option<Instant>,
}

impl Line {
    /// Makes the drain of a drop.
    #[must_use]
    pub fn new(app: App, drop_id: DropId) -> Self {
        let pressure = Pressure::default();
        Self { app, drop_id, pressure, request_id: Uuid::now_v7(), told_at: None }
    }

    /// Lets in whoever may come in now. May run at any time, twice, or on two hosts.
    pub async fn turn(&mut self, flash_drop: &LiveDrop) {
        let moves = flash_drop.state == DropState::Open
            && flash_drop.mode == DropMode::Running
            && flash_drop.epoch_state == EpochState::Open;
        if !moves || self.pressure.is_too_high(&self.app, flash_drop).await {
            return;
        }
        if let Err(error) = self.admit(flash_drop).await {
            self.tell(&error);
        }
    }

    async fn admit(&mut self, flash_drop: &LiveDrop) -> anyhow::Result<()> {
        let generation = self.pressure.generation();
        loop {
            let limit = self.app.settings.line.admit_batch.get();
            let Some(admission) = self.next_batch(flash_drop, limit).await? else { return Ok(()) };
            if admission.tickets.is_empty() {
                return Ok(());
            }
            CounterName::TicketsAdmitted.get().increment(admission.tickets.len() as u64);
            pause_point!("drain.after_admit");
            crate::mutants::pop(&self.app.queue, flash_drop, &admission).await?;
            self.hand_on(flash_drop, generation, &admission).await?;
            if admission.tickets.len() < limit as usize {
                return Ok(());
            }
        }
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
            ignore_stock: mutants::has(Term::NoStockTerm),
        };
        let answer = self.app.queue.admit(self.drop_id, flash_drop.epoch, request).await;
        match answer {
            Ok(admission) => {
                self.request_id = Uuid::now_v7();
                Ok(Some(admission))
            }
            // The log role sees to it; the room opens under another epoch.
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
        crate::mutants::produce_again(&self.app, flash_drop, &admission.tickets).await?;
        pause_point!("drain.after_produce");
        let (written, unknown) = order_commands::acknowledged(generation, sent).await;
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
        if unknown > 0 {
            anyhow::bail!("{unknown} commands were not acknowledged; their leases bring them back");
        }
        Ok(())
    }

    fn tell(&mut self, error: &anyhow::Error) {
        if self.told_at.is_none_or(|told_at| told_at.elapsed() > TELL_EVERY) {
            let error = format!("{error:#}");
            tracing::warn!(drop.id = %self.drop_id, error, "could not let people in");
            self.told_at = Some(Instant::now());
        }
    }
}
