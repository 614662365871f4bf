//! The loop of one drop: admit, produce, extend.
//!
//! | crash after | what happens then |
//! |---|---|
//! | admit | the lease runs out, the reconciler produces the command |
//! | produce, ack | the same; the second command meets the order row of the first |
//! | extend | nothing is missing |
//!
//! A drain tells nobody once the epoch is over, as its EXTEND or the drop's row says: the rebuild
//! decides what becomes of its tickets.

use super::{
    holds,
    reading::{Flow, HoldUp, LetIn, Reading, held_up_by},
    rooms::RoomInHand,
};
use crate::{app::App, causes::with_causes, order_commands, pause::pause_point};
use database::selling::scheduling::{EpochState, LiveDrop};
use queue::QueueError;
use shared::{
    decide::drain::{DrainFinding, may_tell, next_look},
    drops::DropState,
    ids::DropId,
    line::{Admission, AdmitRequest},
    telemetry::CounterName,
};
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Failures are logged at most this often.
const LOG_EVERY: Duration = Duration::from_secs(5);
/// Tickets let in by one call while they are let in slowly, and the pause between two such calls.
const SLOW_BATCH: u32 = 10;
const SLOW_PAUSE: Duration = Duration::from_secs(1);

/// Admits the tickets of a drop until told to stop, or until it is not sold any more.
pub(super) async fn run(app: App, room: RoomInHand, stop: CancellationToken) {
    let every = Duration::from_millis(app.settings.line.admit_every_ms.get());
    holds::report_short(&app, room.drop_id());
    let pulse = app.pulse.of_drain(room.drop_id());
    let mut drain = LineDrain::new(app, room);
    // At first it is asked whoever waits: an unused rate counts from the first question on.
    let mut may_wait = true;
    while !stop.is_cancelled() {
        let Some(flash_drop) = drain.app.drops.find(drain.drop_id) else { return };
        let earliest = Instant::now() + every;
        let finding = drain.turn(&flash_drop, may_wait).await;
        drain.room.watch(finding.somebody_waits());
        let held_up_by = held_up_by(finding, drain.flow);
        pulse.found(finding.somebody_waits(), held_up_by.map(HoldUp::as_str));
        may_wait = finding.somebody_waits() || finding == DrainFinding::Asleep;
        let latest = Instant::now() + next_look(finding, every);
        stop.run_until_cancelled(drain.room.wait(earliest, latest)).await;
    }
}

/// The drain of one drop.
struct LineDrain {
    app: App,
    drop_id: DropId,
    room: RoomInHand,
    /// Kept until its answer is known, so that a lost answer is asked for again.
    request_id: Uuid,
    let_in: LetIn,
    /// How people might be let in when that was last asked.
    flow: Option<Flow>,
    /// When people were last let in slowly.
    slow_at: Option<Instant>,
    logged_at: Option<Instant>,
}

impl LineDrain {
    fn new(app: App, room: RoomInHand) -> Self {
        let (drop_id, request_id) = (room.drop_id(), Uuid::now_v7());
        Self {
            app,
            drop_id,
            room,
            request_id,
            let_in: LetIn::default(),
            flow: None,
            slow_at: None,
            logged_at: None,
        }
    }

    /// Lets in everybody who may come in now. May run at any time, twice, or on two hosts.
    ///
    /// Where nobody waited before, it is looked first whether anybody does now: that asks Redis alone,
    /// whatever rang.
    async fn turn(&mut self, flash_drop: &LiveDrop, may_wait: bool) -> DrainFinding {
        let moves = flash_drop.state == DropState::Open
            && flash_drop.mode.admits()
            && flash_drop.epoch_state == EpochState::Open;
        if !moves {
            return DrainFinding::Asleep;
        }
        let found =
            if may_wait { self.let_in(flash_drop).await } else { self.look(flash_drop).await };
        found.unwrap_or_else(|error| {
            self.log_failure(error);
            DrainFinding::Unknown
        })
    }

    async fn look(&mut self, flash_drop: &LiveDrop) -> anyhow::Result<DrainFinding> {
        if !self.app.queue.has_live_tickets(self.drop_id).await? {
            return Ok(DrainFinding::NobodyWaits);
        }
        match self.app.queue.counts(self.drop_id, flash_drop.epoch).await {
            Ok(counts) if counts.waiting == 0 => Ok(DrainFinding::NobodyWaits),
            Ok(_) => self.let_in(flash_drop).await,
            Err(error) if error.is_epoch() => Ok(DrainFinding::Unknown),
            Err(error) => Err(error.into()),
        }
    }

    async fn let_in(&mut self, flash_drop: &LiveDrop) -> anyhow::Result<DrainFinding> {
        // Where nothing is known, nobody is let in; what is seen then wakes this drain.
        let reading = self.room.reading();
        self.flow = reading.map(|reading| reading.flow);
        let Some(reading) = reading else { return Ok(DrainFinding::HeldUp) };
        match reading.flow {
            Flow::Blocked(_) => Ok(DrainFinding::HeldUp),
            Flow::Slow => self.admit_slowly(flash_drop, reading).await,
            Flow::Free | Flow::Eased(_) => self.admit(flash_drop, reading).await,
        }
    }

    async fn admit(
        &mut self,
        flash_drop: &LiveDrop,
        reading: Reading,
    ) -> anyhow::Result<DrainFinding> {
        loop {
            let limit =
                self.app.settings.line.admit_batch.get().min(self.let_in.room_left(reading));
            if limit == 0 {
                return Ok(DrainFinding::HeldUp);
            }
            let Some(admission) = self.admit_batch(flash_drop, reading, limit).await? else {
                return Ok(DrainFinding::Unknown);
            };
            if admission.tickets.len() < limit as usize {
                return Ok(DrainFinding::of(&admission));
            }
        }
    }

    async fn admit_slowly(
        &mut self,
        flash_drop: &LiveDrop,
        reading: Reading,
    ) -> anyhow::Result<DrainFinding> {
        if self.slow_at.is_some_and(|slow_at| slow_at.elapsed() < SLOW_PAUSE) {
            return Ok(DrainFinding::Slow);
        }
        let limit = SLOW_BATCH.min(self.let_in.room_left(reading));
        if limit == 0 {
            return Ok(DrainFinding::HeldUp);
        }
        self.slow_at = Some(Instant::now());
        let admission = self.admit_batch(flash_drop, reading, limit).await?;
        let found = admission.as_ref().map_or(DrainFinding::Unknown, DrainFinding::of);
        Ok(if found.somebody_waits() { DrainFinding::Slow } else { found })
    }

    /// Returns whom it let in; `None` if the room is another one now.
    async fn admit_batch(
        &mut self,
        flash_drop: &LiveDrop,
        reading: Reading,
        limit: u32,
    ) -> anyhow::Result<Option<Admission>> {
        let Some(admission) = self.next_batch(flash_drop, limit).await? else { return Ok(None) };
        if !admission.tickets.is_empty() {
            self.let_in.add(reading, admission.tickets.len());
            CounterName::TicketsAdmitted.get().increment(admission.tickets.len() as u64);
            pause_point!("drain.after_admit");
            self.hand_on(flash_drop, reading.generation, &admission).await?;
        }
        Ok(Some(admission))
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
            extra: self.room.extra(flash_drop),
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
        let row = self.app.drops.find(self.drop_id);
        if !written.is_empty() && may_tell(flash_drop.epoch, row.map(|row| row.epoch)) {
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
