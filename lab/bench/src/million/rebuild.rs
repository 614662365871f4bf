//! A line brought back after Redis has lost everything, by the worker and from its own log.

use crate::{
    installation::Installation,
    measure::Spread,
    options::Options,
    report::Report,
    sale_drops::{SaleDrops, quiet_drop},
    target::BenchTarget::AtMost,
};
use anyhow::ensure;
use shared::line::{JoinedTicket, LiveState};
use stack::Env;
use std::time::Instant;

/// Tickets that are looked at one by one afterwards.
const SAMPLE: usize = 1_000;

/// Loses the line again and again; its order must be the same each time.
pub(super) async fn measure(
    options: &Options,
    n: usize,
    report: &mut Report,
) -> anyhow::Result<()> {
    let installation = Installation::start(Env::new()).await?;
    ensure!(
        installation.stack().kafka().pid().is_some(),
        "the embedded broker keeps 5 MiB of a partition, which is not enough for {n} joins"
    );
    let mut drops = installation.create_drops(quiet_drop(), 1).await?;
    let tickets = drops.fill(drops.first()?, n).await?;
    let mut seconds = Vec::new();
    for _ in 0..options.sales() {
        drops.wait_logged().await?;
        let before = drops.snapshots().await?;
        let started = Instant::now();
        installation.stack().wipe_redis().await?;
        drops.wait_reopened().await?;
        seconds.push(started.elapsed().as_secs_f64());
        ensure!(drops.snapshots().await? == before, "the order is not what it was");
        look_at(&drops, &tickets).await?;
    }
    let name = format!("loss of Redis with {n} waiting, s until the line is open");
    report.figure(name, Spread::of(seconds), Some(AtMost(45.0)));
    report.notes.push("the order was the same before and after each loss".into());
    Ok(())
}

/// Checks that accounts have the tickets that they had.
async fn look_at(drops: &SaleDrops, tickets: &[JoinedTicket]) -> anyhow::Result<()> {
    let sale = drops.first()?;
    for ticket in tickets.iter().step_by((tickets.len() / SAMPLE).max(1)) {
        let finding = drops.queue().find_by_account(sale.drop_id, sale.epoch, ticket.shopper_id);
        let found = finding.await?;
        ensure!(found == Some((*ticket, LiveState::Waiting)), "{ticket:?} became {found:?}");
    }
    Ok(())
}
