//! Does what a test has planned, one act after the other, and sees to it that it mattered.

use crate::{
    acts::{Act, After, Deed, Paces, work_of},
    common::faults::{self, Victim},
};
use anyhow::{Context, ensure};
use check::faults::FaultLog;
use serde_json::json;
use std::time::Duration;
use testkit::{
    TestApp,
    app::{Operator, TestDrop},
    world::{ProgressReader, SaleProgress},
};
use tokio::time::{Instant, sleep, sleep_until};

/// How long the sale may take to come to the next act.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How long admission is paused.
const PAUSE: Duration = Duration::from_secs(2);
/// How long a victim stands still.
const FROZEN: Duration = Duration::from_secs(20);
/// By then another instance, if there is one, does the work of one that is frozen.
pub(crate) const TAKEOVER: Duration = Duration::from_secs(15);

/// A fault is judged by what was done from so long before it until so long after it healed.
const MARGIN: Duration = Duration::from_secs(2);
/// The least work of its victim that a fault must overlap; see [`work_of`].
const MIN_OVERLAP: u64 = 20;
/// Units that must be left to sell when a fault has healed.
const MIN_LEFT: u64 = 20;

/// A sale that is going on.
pub(crate) struct Stage<'a> {
    app: &'a TestApp,
    flash_drop: &'a TestDrop,
    operator: Operator,
    log: FaultLog,
    units: u32,
    progress: ProgressReader,
    /// How far the sale had come when, oldest first.
    seen: Vec<(Instant, SaleProgress)>,
}

impl<'a> Stage<'a> {
    pub(crate) async fn new(
        app: &'a TestApp,
        flash_drop: &'a TestDrop,
        log: FaultLog,
        units: u32,
    ) -> Self {
        let operator = app.operator().await;
        let progress = app.world.progress().await;
        Self { app, flash_drop, operator, log, units, progress, seen: Vec::new() }
    }

    /// Does one act after the other. Fails when the sale never comes so far, or when a fault met
    /// too little of it.
    pub(crate) async fn perform(&mut self, acts: &[Act]) -> anyhow::Result<()> {
        for act in acts {
            self.reach(act.after).await?;
            match act.deed {
                Deed::Strike(victim) => self.strike(victim).await?,
                Deed::Freeze(victim) => self.freeze(victim).await?,
                Deed::Pause => self.pause().await,
                Deed::SetLimits(limits) => self.set_limits(limits).await,
            }
        }
        Ok(())
    }

    async fn reach(&mut self, after: After) -> anyhow::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let now = self.look().await;
            if after.is_reached(now) {
                return Ok(());
            }
            ensure!(Instant::now() < deadline, "the sale never came to {after:?}: {now}");
            sleep(LOOK_EVERY).await;
        }
    }

    async fn strike(&mut self, victim: Victim) -> anyhow::Result<()> {
        let before = self.shortly_before();
        let world = &self.app.world;
        let healed = faults::strike(world, &self.log, victim, &mut self.progress).await?;
        self.ensure_it_mattered(victim, before, healed).await
    }

    /// Fails also when another instance could do the victim's work and did not.
    async fn freeze(&mut self, victim: Victim) -> anyhow::Result<()> {
        let world = &self.app.world;
        let (before, began) = (self.shortly_before(), self.look().await);
        let (began_us, frozen_at) = (FaultLog::now_us(), Instant::now());
        world.freeze(victim).await.with_context(|| format!("{victim:?}"))?;
        sleep_until(frozen_at + TAKEOVER).await;
        let taken_over = self.look().await;
        sleep_until(frozen_at + FROZEN).await;
        let still_frozen = self.look_past(victim, taken_over).await;
        world.thaw(victim).await.with_context(|| format!("{victim:?}"))?;
        let healed = self.look().await;
        self.log.healed(&format!("{victim:?} frozen, from {began} to {healed}"), began_us)?;
        let done = work_of(victim, still_frozen) - work_of(victim, taken_over);
        println!("{victim:?} frozen: {done} of its work done after {TAKEOVER:?}");
        ensure!(
            done > 0 || !world.has_another(victim),
            "nobody had taken over from {victim:?} after {TAKEOVER:?}: {still_frozen}"
        );
        self.ensure_it_mattered(victim, before, healed).await
    }

    /// Fails when a fault met too little of its victim's work, or left too little to sell.
    async fn ensure_it_mattered(
        &mut self,
        victim: Victim,
        before: SaleProgress,
        healed: SaleProgress,
    ) -> anyhow::Result<()> {
        sleep(MARGIN).await;
        let after = self.look().await;
        let overlapped = work_of(victim, after) - work_of(victim, before);
        let units = u64::from(self.units);
        println!(
            "{victim:?}: {overlapped} of its work overlapped, from {before} to {after}; \
             {} of {units} units paid when it healed",
            healed.captures
        );
        ensure!(
            overlapped >= MIN_OVERLAP,
            "the fault of {victim:?} overlapped {overlapped} of its work, at least {MIN_OVERLAP} \
             are needed: from {before} to {after}"
        );
        ensure!(
            healed.captures + MIN_LEFT <= units,
            "the sale of {units} units was nearly over when {victim:?} healed: {healed}"
        );
        Ok(())
    }

    async fn pause(&self) {
        self.operator.pause(self.flash_drop).await;
        sleep(PAUSE).await;
        self.operator.resume(self.flash_drop).await;
    }

    async fn set_limits(&self, limits: Paces) {
        let Paces { admission_rate, order_rate, occupancy_cap } = limits;
        let limits = json!({
            "admission_rate_per_second": admission_rate,
            "order_rate_per_second": order_rate,
            "occupancy_cap": occupancy_cap,
        });
        self.operator.set_limits(self.flash_drop, limits).await;
    }

    /// Looks how far the sale has come. Who is too busy to tell shows what was known before; so where another
    /// could do the victim's work, it is looked again until some is done.
    async fn look_past(&mut self, victim: Victim, before: SaleProgress) -> SaleProgress {
        let deadline = Instant::now() + TAKEOVER;
        loop {
            let now = self.look().await;
            let is_done = work_of(victim, now) > work_of(victim, before);
            if is_done || !self.app.world.has_another(victim) || Instant::now() > deadline {
                return now;
            }
            sleep(LOOK_EVERY).await;
        }
    }

    async fn look(&mut self) -> SaleProgress {
        let now = self.progress.read().await;
        self.seen.push((Instant::now(), now));
        now
    }

    /// Returns how far the sale had come a margin ago, or when it was first looked at.
    fn shortly_before(&self) -> SaleProgress {
        let earlier = self.seen.iter().rev().find(|(at, _)| at.elapsed() >= MARGIN);
        let seen = earlier.or_else(|| self.seen.first());
        seen.map_or_else(SaleProgress::default, |(_, progress)| *progress)
    }
}
