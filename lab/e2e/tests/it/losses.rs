//! Redis loses what it knows while a drop goes on.

use crate::{common::faults::Victim, crowd_runs::run};
use std::time::Duration;
use testkit::WorldOptions;

#[tokio::test]
async fn redis_loses_everything_in_mid_drop() -> anyhow::Result<()> {
    let victims = [Victim::RedisKeys, Victim::RedisWithItsData];
    let pause = Duration::from_secs(8);
    run("wipe", WorldOptions::default(), &victims, pause).await?.assert_clean();
    Ok(())
}
