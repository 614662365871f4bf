//! Many rooms lost at once, and all open again.

use crate::{
    installation::Installation, machine::Machine, measure::Spread, options::Options,
    report::Report, sale_drops::quiet_drop, target::BenchTarget::AtMost,
};
use anyhow::ensure;
use stack::Env;
use std::time::Instant;

/// Runs the benchmark.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Report> {
    let mut report = Report::new("rooms", options, Machine::describe(&std::env::temp_dir()));
    let (n_rooms, n_people) = options.pick((50, 200), (1_000, 1_000));
    let installation = Installation::start(with_partitions(n_rooms)).await?;
    let mut drops = installation.create_drops(quiet_drop(), n_rooms).await?;
    for sale in drops.all() {
        drops.fill(*sale, n_people).await?;
    }
    let mut seconds = Vec::new();
    for _ in 0..options.sales() {
        drops.wait_logged().await?;
        let before = drops.snapshots().await?;
        let started = Instant::now();
        installation.stack().wipe_redis().await?;
        drops.wait_reopened().await?;
        seconds.push(started.elapsed().as_secs_f64());
        ensure!(drops.snapshots().await? == before, "the order is not what it was");
    }
    let name = format!("loss of Redis with {n_rooms} rooms of {n_people}, s until all are open");
    report.figure(name, Spread::of(seconds), Some(AtMost(60.0)));
    report.notes.push("the order was the same before and after, in every room".into());
    Ok(report)
}

/// Settings for so many drops at once: a partition for each from the start, so that adding them is
/// not measured.
pub(crate) fn with_partitions(n_drops: u32) -> Env {
    // One more for the drop that a seed creates.
    [("SLUICE_KAFKA__PARTITIONS".to_owned(), (n_drops + 1).to_string())].into()
}
