//! An operator takes lines through every mode, and in each of them processes are restarted: nobody loses
//! a place, nobody is let in who may not be, no unit is sold twice and no pass counts twice.
//!
//! | file | holds |
//! |---|---|
//! | this one | the line before a site, where a turn is a pass |
//! | `sales` | a sale of what was asked for at the join, and one of what is chosen at the turn |
//! | `tour` | the operator, and what must hold in each mode |
//! | `newcomers` | somebody new, who asks for a place |

mod newcomers;
mod sales;
mod tour;

use crate::{common::runs::Crowd, half_of_the_machine};
use anyhow::ensure;
use check::Requirement;
use crowd::{Preset, RunOptions};
use shared::invariants::Invariant;
use std::{slice, time::Duration};
use testkit::{TestApp, World, WorldOptions, app::TestDrop};
use tour::{MODES, Tour};

/// Visitors of a site. Those who come in a drain get no place.
const N_VISITORS: u64 = 260;
const OVER_SECONDS: f64 = 40.0;
/// So few that in each mode there are people in line.
const PER_MINUTE: f64 = 120.0;
const MAX_INSIDE: u32 = 40;
const PASS_SECONDS: u32 = 8;
/// Who has come when the first mode begins.
const FIRST_IN_LINE: u64 = 20;
/// Those who are left at the end are served more quickly.
const LAST_PER_SECOND: f64 = 20.0;
/// Cases of each rule, at least.
const LEAST: usize = 60;
/// How long anything may take that must happen.
const PATIENCE: Duration = Duration::from_secs(60);
/// When the shoppers give up, on the slowest machine.
const GIVE_UP_SECONDS: f64 = 900.0;

/// Three instances of admission and two of worker.
fn several_of_each() -> WorldOptions {
    WorldOptions { n_admissions: 3, n_workers: 2, ..WorldOptions::default() }
}

#[tokio::test]
async fn restarts_in_every_mode_cost_nobody_a_place_and_no_pass_counts_twice() -> anyhow::Result<()>
{
    let _machine = half_of_the_machine().await;
    let app = TestApp { world: World::start("modes", several_of_each()).await? };
    let seller = app.seller().await;
    let site = seller.site("https://crowd.example/").with("presence", true);
    let site = site.per_minute(PER_MINUTE).max_inside(MAX_INSIDE).pass_seconds(PASS_SECONDS);
    let site = site.protect().await;
    let outcome = visitors(&site).run_while(&app.world, async |log| {
        let mut tour = Tour::begin(&app, slice::from_ref(&site), log).await;
        tour.wait_joined(FIRST_IN_LINE).await;
        for mode in MODES {
            tour.through(mode).await?;
        }
        tour.set_limits(LAST_PER_SECOND, 2 * MAX_INSIDE).await;
        Ok(())
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
    // Services alone are restarted, so nothing is excused. How often one is sent away says nothing here:
    // two modes answer with 503.
    crowd.max_excused = Some(0);
    crowd.required = required(LEAST, &[(Invariant::Pass1, LEAST)]);
    crowd
}

/// What must have been judged of a line that was taken through all modes, on so many cases at least; and
/// what follows from its kind.
fn required(least: usize, of_its_kind: &[(Invariant, usize)]) -> Vec<Requirement> {
    let of_all = [
        Invariant::Order1,
        Invariant::Order2,
        Invariant::Order3,
        Invariant::Queue1,
        Invariant::Queue2,
        Invariant::Queue3,
        Invariant::Rate1,
        Invariant::Rate2,
        Invariant::Pos1,
        Invariant::Rest1,
    ];
    // Each mode, and the limits at the end.
    let once = [(Invariant::Audit1, MODES.len() + 1), (Invariant::Live2, 1)];
    let all = of_all.map(|rule| (rule, least)).into_iter().chain(once);
    let all = all.chain(of_its_kind.iter().copied());
    all.map(|(rule, n_cases)| Requirement::new(rule, n_cases)).collect()
}
