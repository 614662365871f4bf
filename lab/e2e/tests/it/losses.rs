//! Redis loses what it knows while a drop goes on.

use crate::{
    acts::{Act, After},
    common::faults::Victim,
    crowd_runs::{SLOW_CHANGED, slow},
    sale::Sale,
};
use testkit::WorldOptions;

/// Redis forgets all its keys, and later comes back with nothing on its disk.
const LOSSES: Sale = Sale {
    acts: &[
        Act::pause(After::Joins(60)),
        Act::strike(Victim::RedisKeys, After::Admissions(180)),
        Act::set_limits(SLOW_CHANGED, After::Orders(220)),
        Act::strike(Victim::RedisWithItsData, After::Orders(320)),
    ],
    ..slow()
};

#[tokio::test]
async fn redis_loses_everything_in_mid_drop() -> anyhow::Result<()> {
    LOSSES.run("wipe", WorldOptions::default()).await
}
