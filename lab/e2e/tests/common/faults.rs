//! Faults, each written down with the progress of the sale, so that the check knows when nothing
//! was broken.

use anyhow::Context;
use check::faults::FaultLog;
use testkit::{
    World,
    world::{ProgressReader, SaleProgress},
};

pub(crate) use testkit::Victim;

/// Takes the victim away and brings it back. Returns how far the sale had come by then.
pub(crate) async fn strike(
    world: &World,
    log: &FaultLog,
    victim: Victim,
    progress: &mut ProgressReader,
) -> anyhow::Result<SaleProgress> {
    let began = progress.read().await;
    let began_us = FaultLog::now_us();
    world.take_away(victim).await.with_context(|| format!("{victim:?}"))?;
    let healed = progress.read().await;
    log.healed(&format!("{victim:?}, from {began} to {healed}"), began_us)?;
    Ok(healed)
}
