//! An operator takes a line through every mode, and in each of them processes are restarted: nobody loses
//! a place, nobody is let in who may not be, and no pass counts twice.

mod newcomers;

use crate::{common::runs::Crowd, half_of_the_machine, restarts::Restarts};
use anyhow::ensure;
use check::{Requirement, faults::FaultLog};
use crowd::{Preset, RunOptions};
use queue::Queue;
use serde_json::json;
use shared::{drops::DropMode, invariants::Invariant, line::RoomCounts};
use std::time::Duration;
use testkit::{
    TestApp, World, WorldOptions,
    app::{Operator, TestDrop},
    wait_until,
};

/// In this order; before the first, it runs as usual.
const MODES: [DropMode; 6] = [
    DropMode::Paused,
    DropMode::Drain,
    DropMode::Hold,
    DropMode::Maintenance,
    DropMode::Stopped,
    DropMode::Running,
];
/// Visitors of a site. Those who come in a drain get no place.
const N_VISITORS: u64 = 260;
const OVER_SECONDS: f64 = 40.0;
/// So few that in each mode there are people in line.
const PER_MINUTE: f64 = 120.0;
const MAX_INSIDE: u32 = 40;
const PASS_SECONDS: u32 = 8;
/// Who has come when the first mode begins.
const FIRST_IN_LINE: u64 = 20;
/// Who is let in at least, in a mode that lets people in, once nothing is away.
const LET_IN: u64 = 5;
/// Cases of each rule, at least.
const LEAST: usize = 60;
/// How long anything may take that must happen.
const PATIENCE: Duration = Duration::from_secs(60);
/// When the shoppers give up, on the slowest machine.
const GIVE_UP_SECONDS: f64 = 900.0;

/// An operator on the way through the modes.
struct Tour<'a> {
    app: &'a TestApp,
    site: &'a TestDrop,
    operator: Operator,
    queue: Queue,
    restarts: Restarts<'a>,
}

#[tokio::test]
async fn restarts_in_every_mode_cost_nobody_a_place_and_no_pass_counts_twice() -> anyhow::Result<()>
{
    let _machine = half_of_the_machine().await;
    let options = WorldOptions { n_admissions: 3, n_workers: 2, ..WorldOptions::default() };
    let app = TestApp { world: World::start("modes", options).await? };
    let seller = app.seller().await;
    let site = seller.site("https://crowd.example/").with("presence", true);
    let site = site.per_minute(PER_MINUTE).max_inside(MAX_INSIDE).pass_seconds(PASS_SECONDS);
    let site = site.protect().await;
    let outcome = visitors(&site).run_while(&app.world, async |log| {
        Tour::begin(&app, &site, log).await.through_all_modes().await
    });
    let outcome = outcome.await;
    app.world.stop().await?;
    let outcome = outcome?;
    println!("modes: {outcome}");
    outcome.assert_clean();
    let n_visits = outcome.run.ends.get("visited").copied().unwrap_or_default();
    ensure!(n_visits >= LEAST as u64, "{n_visits} visits");
    Ok(())
}

/// Services alone are restarted, so nothing is excused. How often one is sent away says nothing here:
/// two modes answer with 503.
fn visitors(site: &TestDrop) -> Crowd {
    let mut crowd = Crowd::new(N_VISITORS, 0);
    crowd.options = RunOptions {
        preset: Preset::Visitors,
        create: false,
        drop: Some(site.id),
        absent: None,
        never_pay: None,
        over_seconds: Some(OVER_SECONDS),
        give_up_after_seconds: GIVE_UP_SECONDS,
        ..crowd.options
    };
    crowd.options.habits.stay_seconds = Some(1.5);
    crowd.max_excused = Some(0);
    let rules = [
        Invariant::Order1,
        Invariant::Order2,
        Invariant::Order3,
        Invariant::Queue1,
        Invariant::Queue2,
        Invariant::Queue3,
        Invariant::Rate1,
        Invariant::Rate2,
        Invariant::Pos1,
        Invariant::Pass1,
        Invariant::Rest1,
    ];
    crowd.required = rules.map(|rule| Requirement::new(rule, LEAST)).to_vec();
    // Each mode, and the limits at the end.
    crowd.required.push(Requirement::new(Invariant::Audit1, MODES.len() + 1));
    crowd.required.push(Requirement::new(Invariant::Live2, 1));
    crowd
}

impl<'a> Tour<'a> {
    async fn begin(app: &'a TestApp, site: &'a TestDrop, log: FaultLog) -> Self {
        let operator = app.operator().await;
        let queue = app.world.redis.queue().await;
        Self { app, site, operator, queue, restarts: Restarts::new(&app.world, log) }
    }

    /// Serves those who are left more quickly at the end.
    async fn through_all_modes(mut self) -> anyhow::Result<()> {
        wait_until("people in line", PATIENCE, async || {
            (counts(&self.queue, self.site).await.joined >= FIRST_IN_LINE).then_some(())
        })
        .await;
        for mode in MODES {
            self.through(mode).await?;
        }
        let limits = json!({ "admission_rate_per_second": 20.0, "occupancy_cap": 2 * MAX_INSIDE });
        self.operator.set_limits(self.site, limits).await;
        Ok(())
    }

    /// Sets a mode while one process is away, restarts one of the other kind in it, and sees that it
    /// does what it says.
    async fn through(&mut self, mode: DropMode) -> anyhow::Result<()> {
        let (app, site, operator, queue) = (self.app, self.site, &self.operator, &self.queue);
        let restarts = &mut self.restarts;
        let [first, second] = restarts.draw();
        let setting = async {
            operator.set_mode(site, mode).await;
            wait_mode(queue, site, mode).await;
        };
        restarts.restart(first, &format!("and then {mode}"), setting).await?;
        let before = counts(queue, site).await;
        restarts.restart(second, &format!("while {mode}"), async {}).await?;
        newcomers::are_answered(app, site, mode).await?;
        if mode.admits() {
            wait_until("somebody let in", PATIENCE, async || {
                (n_let_in(&counts(queue, site).await) >= n_let_in(&before) + LET_IN).then_some(())
            })
            .await;
        }
        let after = counts(queue, site).await;
        println!("{mode}: from {before:?} to {after:?}");
        let n_more = n_let_in(&after) - n_let_in(&before);
        ensure!(mode.admits() || n_more == 0, "{n_more} were let in while {mode}");
        let n_joins = after.joined - before.joined;
        ensure!(
            newcomers::refusal(mode).is_none() || n_joins == 0,
            "{n_joins} joined while {mode}"
        );
        Ok(())
    }
}

async fn wait_mode(queue: &Queue, site: &TestDrop, mode: DropMode) {
    wait_until(&format!("room that is {mode}"), PATIENCE, async || {
        let header = queue.room(site.id).await.ok().flatten()?;
        (header.config.mode == mode).then_some(())
    })
    .await;
}

async fn counts(queue: &Queue, site: &TestDrop) -> RoomCounts {
    wait_until("counts of the room", PATIENCE, async || {
        let header = queue.room(site.id).await.ok().flatten()?;
        queue.counts(site.id, header.epoch).await.ok()
    })
    .await
}

const fn n_let_in(counts: &RoomCounts) -> u64 {
    counts.occupied + counts.ordered
}
