//! The promise of the spine: a crowd of thousands for a few units, undisturbed and under kills.

use crate::{
    acts::{Act, After, Paces},
    common::faults::Victim,
    sale::Sale,
};
use shared::config::KafkaMode;
use testkit::WorldOptions;

/// Thousands for a few units. The order rate holds them back at first; then they are let in more
/// slowly than orders are taken, so that LIVE-1 has a rate to judge.
const THOUSANDS: Sale = Sale {
    shoppers: 3000,
    units: 500,
    over_seconds: 20.0,
    limits: Paces { admission_rate: 60.0, order_rate: 30.0, occupancy_cap: 150 },
    acts: &[
        Act::pause(After::Joins(200)),
        Act::set_limits(
            Paces { admission_rate: 40.0, order_rate: 80.0, occupancy_cap: 250 },
            After::Orders(150),
        ),
    ],
    n_live_windows: 2,
    mostly_waits: false,
};

/// Twenty thousand, of whom sixteen thousand keep a stream open at once.
const TENS_OF_THOUSANDS: Sale = Sale {
    shoppers: 20_000,
    units: 5000,
    over_seconds: 60.0,
    limits: Paces { admission_rate: 250.0, order_rate: 150.0, occupancy_cap: 1500 },
    acts: &[
        Act::pause(After::Joins(2000)),
        Act::set_limits(
            Paces { admission_rate: 120.0, order_rate: 250.0, occupancy_cap: 2500 },
            After::Orders(2000),
        ),
    ],
    n_live_windows: 2,
    mostly_waits: false,
};

/// The limits of a sale that goes on while processes are killed: its units last longer than that.
const SLOW: Paces = Paces { admission_rate: 40.0, order_rate: 20.0, occupancy_cap: 120 };
/// What an operator makes of them.
pub(crate) const SLOW_CHANGED: Paces =
    Paces { admission_rate: 30.0, order_rate: 25.0, occupancy_cap: 140 };

/// Each process is killed once, in the order of [`Victim::PROCESSES`].
const KILLS: Sale = Sale {
    acts: &[
        Act::pause(After::Joins(60)),
        Act::strike(Victim::Admission, After::Joins(150)),
        Act::strike(Victim::Worker, After::Admissions(200)),
        Act::set_limits(SLOW_CHANGED, After::Orders(150)),
        Act::strike(Victim::StorefrontApi, After::Captures(110)),
        Act::strike(Victim::SandboxPsp, After::Captures(150)),
        Act::strike(Victim::Redis, After::Admissions(380)),
        Act::strike(Victim::Kafka, After::Orders(390)),
        Act::strike(Victim::Postgres, After::Orders(450)),
    ],
    ..slow()
};

/// One of two instances is killed, and the other goes on.
const INSTANCES: Sale = Sale {
    acts: &[
        Act::pause(After::Joins(60)),
        Act::strike(Victim::Admission, After::Joins(200)),
        Act::strike(Victim::Worker, After::Orders(150)),
        Act::set_limits(SLOW_CHANGED, After::Orders(250)),
    ],
    ..slow()
};

/// A sale that takes about 30 s if nothing happens to it.
pub(crate) const fn slow() -> Sale {
    Sale {
        shoppers: 1000,
        units: 400,
        over_seconds: 30.0,
        limits: SLOW,
        acts: &[],
        n_live_windows: 0,
        mostly_waits: false,
    }
}

#[tokio::test]
async fn three_thousand_shoppers_for_five_hundred_units() -> anyhow::Result<()> {
    THOUSANDS.run("crowd", WorldOptions::default()).await
}

#[tokio::test]
#[ignore = "large: ./scripts/test --large"]
async fn twenty_thousand_shoppers_for_five_thousand_units() -> anyhow::Result<()> {
    TENS_OF_THOUSANDS.run("large", WorldOptions::default()).await
}

#[tokio::test]
async fn every_process_is_killed_once() -> anyhow::Result<()> {
    let struck: Vec<Victim> = KILLS.acts.iter().filter_map(Act::victim).collect();
    assert_eq!(struck, Victim::PROCESSES);
    KILLS.run("kills", WorldOptions::default()).await
}

#[tokio::test]
async fn two_admissions_and_two_workers_share_a_drop() -> anyhow::Result<()> {
    let options = WorldOptions { n_admissions: 2, n_workers: 2, ..WorldOptions::default() };
    INSTANCES.run("instances", options).await
}

#[tokio::test]
async fn the_embedded_broker_carries_the_same_crowd() -> anyhow::Result<()> {
    let options = WorldOptions { kafka_mode: KafkaMode::Embedded, ..WorldOptions::default() };
    THOUSANDS.run("embedded", options).await
}
