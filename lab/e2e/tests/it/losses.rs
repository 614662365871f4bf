//! Redis loses what it knows while a drop goes on.

use crate::crowd_runs::{SHOPPERS, UNITS, run};
use e2e::{Crowd, WorldOptions, faults::Victim};
use std::time::Duration;

#[tokio::test]
async fn redis_loses_everything_in_mid_drop() -> anyhow::Result<()> {
    let mut crowd =
        Crowd::new(SHOPPERS, UNITS).killing(&[Victim::RedisKeys, Victim::RedisWithItsData]);
    crowd.pause = Duration::from_secs(8);
    run("wipe", WorldOptions::default(), crowd).await?.assert_clean();
    Ok(())
}
