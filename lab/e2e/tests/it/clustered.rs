//! A small crowd on Redis Cluster: the rooms of the sale and of its neighbour are where their slots
//! are.

use crate::{
    acts::{Act, After, Paces},
    crowd_runs::slow,
    sale::Sale,
};
use testkit::WorldOptions;

/// Few people for few units, undisturbed.
const SMALL: Sale = Sale {
    shoppers: 200,
    units: 80,
    over_seconds: 15.0,
    limits: Paces { admission_rate: 20.0, order_rate: 10.0, occupancy_cap: 40 },
    acts: &[
        Act::pause(After::Joins(30)),
        Act::set_limits(
            Paces { admission_rate: 15.0, order_rate: 20.0, occupancy_cap: 50 },
            After::Orders(30),
        ),
    ],
    ..slow()
};

#[tokio::test]
async fn three_masters_carry_a_small_crowd() -> anyhow::Result<()> {
    let options = WorldOptions { redis_cluster: true, ..WorldOptions::default() };
    SMALL.run("clustered", options).await
}
