//! One drop of several variants: each of its units goes to somebody who waits for that variant, and
//! nobody waits in vain for one that has run out.

use crate::{common::runs::Crowd, half_of_the_machine};
use check::Requirement;
use shared::invariants::Invariant;
use testkit::{World, WorldOptions};

const SHOPPERS: u64 = 450;
/// As many of each variant as of another, and fewer than those who pay would take.
const UNITS: u32 = 150;
const VARIANTS: u32 = 3;

#[tokio::test]
async fn a_crowd_buys_all_units_of_each_variant() -> anyhow::Result<()> {
    let _machine = half_of_the_machine().await;
    let world = World::start("variants", WorldOptions::default()).await?;
    let mut crowd = Crowd::new(SHOPPERS, UNITS);
    crowd.options.variants = VARIANTS;
    crowd.options.hold_seconds = 5;
    crowd.options.over_seconds = Some(6.0);
    let most = UNITS as usize / 2;
    let rules = [
        Invariant::Stock1,
        Invariant::Stock2,
        Invariant::Stock3,
        Invariant::Queue1,
        Invariant::Order2,
    ];
    crowd.required = rules.map(|rule| Requirement::new(rule, most)).to_vec();
    let outcome = crowd.run_while(&world, async |_| Ok(())).await;
    world.stop().await?;
    let outcome = outcome?;
    println!("variants: {outcome}");
    outcome.assert_clean();
    assert_eq!(outcome.run.paid, u64::from(UNITS), "STOCK-3");
    Ok(())
}
