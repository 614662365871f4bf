//! Faults, each at its time and written down, so that the check knows when nothing was broken.

use anyhow::Context;
use check::faults::FaultLog;
use std::time::Duration;
use testkit::World;

pub(crate) use testkit::Victim;

/// Takes the victims away, one after the other, and brings each back before the next.
pub(crate) async fn strike(
    world: &World,
    log: &FaultLog,
    victims: &[Victim],
    pause: Duration,
) -> anyhow::Result<()> {
    for victim in victims {
        tokio::time::sleep(pause).await;
        let began_us = FaultLog::now_us();
        world.take_away(*victim).await.with_context(|| format!("{victim:?}"))?;
        log.healed(&format!("{victim:?}"), began_us)?;
    }
    Ok(())
}
