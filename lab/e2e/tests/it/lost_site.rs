//! The line before a site is lost with its Redis, while people wait in two lanes, some were absent at their
//! turn and others are inside.

use crate::{
    common::{
        faults::{self, Victim},
        runs::Crowd,
    },
    half_of_the_machine,
};
use anyhow::ensure;
use check::Requirement;
use crowd::{Preset, RunOptions};
use queue::Queue;
use shared::{invariants::Invariant, line::Lane};
use std::time::Duration;
use testkit::{TestApp, World, WorldOptions, app::TestDrop, wait_until};

const N_VISITORS: u64 = 240;
const OVER_SECONDS: f64 = 20.0;
const PER_MINUTE: f64 = 240.0;
const MAX_INSIDE: u32 = 60;
const PASS_SECONDS: u32 = 20;
/// The lane beside the normal one: what it gets of those who are let in, and who has its code.
const EARLY: Lane = Lane(1);
const EARLY_PERCENT: u8 = 40;
const WITH_CODE: f64 = 0.4;
/// Who leaves the page, and who of them comes back.
const ABSENT: f64 = 0.3;
const RETURNING: f64 = 0.6;
/// Joined from two tabs: one of the two tickets may be lost with Redis.
const IMPATIENT: f64 = 0.05;
/// Who must be there when Redis is lost: in each lane, absent, inside.
const LEAST_THERE: u64 = 5;
/// Cases of each rule, at least.
const LEAST: usize = 60;
/// Admissions that might have been of the other lane, at least.
const LEAST_OF_LANES: usize = 30;
const PATIENCE: Duration = Duration::from_secs(120);

/// Who is where, by Redis and Postgres.
#[derive(Debug)]
struct Whereabouts {
    normal: u64,
    early: u64,
    missed: u64,
    inside: u64,
}

#[tokio::test]
async fn redis_loses_a_line_with_lanes_and_absentees_and_nobody_loses_a_place_or_a_pass()
-> anyhow::Result<()> {
    let _machine = half_of_the_machine().await;
    let app = TestApp { world: World::start("lost-site", WorldOptions::default()).await? };
    let seller = app.seller().await;
    let site = seller.site("https://crowd.example/").with("presence", true);
    let site = site.per_minute(PER_MINUTE).max_inside(MAX_INSIDE).pass_seconds(PASS_SECONDS);
    let site = site.lane(EARLY.0, EARLY_PERCENT).protect().await;
    let code = seller.code(&site, EARLY.0, 1_000).await;
    let outcome = visitors(&site, code).run_while(&app.world, async |log| {
        let mut progress = app.world.progress().await;
        let queue = app.world.redis.queue().await;
        let there = wait_until("people everywhere", PATIENCE, async || {
            let there = Whereabouts::of(&app, &queue, &site).await?;
            there.are_people_everywhere().then_some(there)
        })
        .await;
        println!("when Redis was lost: {there:?}");
        faults::strike(&app.world, &log, Victim::RedisWithItsData, &mut progress).await?;
        Ok(())
    });
    let outcome = outcome.await;
    app.world.stop().await?;
    let outcome = outcome?;
    println!("lost-site: {outcome}");
    outcome.assert_clean();
    let n_visits = outcome.run.ends.get("visited").copied().unwrap_or_default();
    ensure!(n_visits >= LEAST as u64, "{n_visits} visits");
    Ok(())
}

fn visitors(site: &TestDrop, code: String) -> Crowd {
    let mut crowd = Crowd::new(N_VISITORS, 0);
    crowd.options = RunOptions {
        preset: Preset::Visitors,
        create: false,
        drop: Some(site.id),
        absent: Some(ABSENT),
        returning: RETURNING,
        away_seconds: 25.0,
        impatient: IMPATIENT,
        never_pay: None,
        over_seconds: Some(OVER_SECONDS),
        ..crowd.options
    };
    crowd.options.habits.code = Some(code);
    crowd.options.habits.with_code = Some(WITH_CODE);
    crowd.options.habits.stay_seconds = Some(4.0);
    crowd.options.habits.come_back = Some(0.0);
    crowd.max_excused = Some(max_excused());
    crowd.max_unexpected = Some(N_VISITORS as usize / 50);
    let rules = [
        Invariant::Order1,
        Invariant::Order2,
        Invariant::Order3,
        Invariant::Queue1,
        Invariant::Queue2,
        Invariant::Queue3,
        Invariant::Rate1,
        Invariant::Pos1,
        Invariant::Pass1,
        Invariant::Rest1,
    ];
    crowd.required = rules.map(|rule| Requirement::new(rule, LEAST)).to_vec();
    crowd.required.push(Requirement::new(Invariant::Lane1, LEAST_OF_LANES));
    crowd.required.push(Requirement::new(Invariant::Live2, 1));
    crowd
}

/// What happens in a second: the joins of those whose browsers do not bring a ticket back, and the
/// admissions.
fn max_excused() -> usize {
    let joins_per_second = N_VISITORS as f64 / OVER_SECONDS;
    (joins_per_second * (ABSENT + IMPATIENT) + PER_MINUTE / 60.0).ceil() as usize
}

impl Whereabouts {
    /// `None` where Redis does not answer.
    async fn of(app: &TestApp, queue: &Queue, site: &TestDrop) -> Option<Self> {
        let epoch = queue.room(site.id).await.ok().flatten()?.epoch;
        let lines = queue.snapshot(site.id, epoch).await.ok()?.lines;
        let missed = queue.counts(site.id, epoch).await.ok()?.missed;
        let waiting = |lane: Lane| -> u64 {
            let of_lane = lines.iter().filter(|line| line.lane == lane);
            of_lane.map(|line| line.scores.len() as u64).sum()
        };
        let n_inside = "select count(*) from orders where state in ('passed', 'redeemed')";
        let inside: i64 = app.world.database.scalar(n_inside).await;
        let (normal, early) = (waiting(Lane::NORMAL), waiting(EARLY));
        Some(Self { normal, early, missed, inside: inside.unsigned_abs() })
    }

    fn are_people_everywhere(&self) -> bool {
        let Self { normal, early, missed, inside } = *self;
        [normal, early, missed, inside].iter().all(|n| *n >= LEAST_THERE)
    }
}
