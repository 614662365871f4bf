//! A run, from the drop to the report; of several drops, all at once.

use std::time::Instant;

use anyhow::{Context, ensure};
use futures_util::future::try_join_all;
use indicatif::MultiProgress;
use shared::ids::DropId;

use super::{
    cost::CostMeter,
    create,
    drop_run::{self, DropRun, EndedRun},
    habits::HabitOptions,
    options::RunOptions,
    report::RunReport,
    watch::RunWatch,
};

/// Sends the crowd through one drop, whatever the preset says, and waits until everybody has come
/// to an end.
///
/// # Errors
///
/// Returns an error when the drop cannot be created or found, or when the history or the report
/// cannot be written. What goes wrong for a shopper is part of the report.
pub async fn run(options: RunOptions) -> anyhow::Result<RunReport> {
    let habits = HabitOptions { drops: Some(1), ..options.habits.clone() };
    let reports = run_all(&RunOptions { habits, ..options }).await?;
    reports.into_iter().next().context("a run of one drop has a report")
}

/// Sends a crowd through each of the drops that the options ask for, all at once, and waits until
/// everybody has come to an end. What the stack used is that of all drops, in each report.
///
/// # Errors
///
/// Returns an error as [`run()`] does, and when several drops are asked for and none is to be
/// created.
pub async fn run_all(options: &RunOptions) -> anyhow::Result<Vec<RunReport>> {
    run_watched(options, &RunWatch::default()).await
}

/// The same, while somebody sees how far it is.
pub(crate) async fn run_watched(
    options: &RunOptions,
    watch: &RunWatch,
) -> anyhow::Result<Vec<RunReport>> {
    raise_file_limit();
    let began = Instant::now();
    let drops = drops_of(options).await?;
    let is_one = drops.len() == 1;
    let runs = try_join_all((1..).zip(drops).map(|(nth, (drop_id, code))| {
        let own = if is_one { options.clone() } else { drop_run::options_of(options, nth) };
        DropRun::open(own, drop_id, code, began)
    }));
    let runs = runs.await?;
    for run in &runs {
        run.show_to(watch);
    }
    let meter = CostMeter::start(&options.storefront, &options.admission, &options.servers).await;
    let (arriving, bars) = (Instant::now(), MultiProgress::new());
    let ended = try_join_all(runs.into_iter().map(|run| run.send(arriving, &bars))).await?;
    let costs = meter.finish(ended.iter().map(EndedRun::n_paid).sum()).await;
    ended.into_iter().map(|run| run.report(costs.clone())).collect()
}

/// Returns the drops, all of them open, and the code of each that has one.
async fn drops_of(options: &RunOptions) -> anyhow::Result<Vec<(DropId, Option<String>)>> {
    let shape = options.shape();
    let (n_drops, has_codes) = (shape.drops, shape.with_code > 0.0);
    if let Some(drop_id) = options.drop {
        ensure!(n_drops == 1, "a run of {n_drops} drops makes them itself: --create, not --drop");
        let code = options.habits.code.clone();
        ensure!(code.is_some() || !has_codes, "with --drop, --with-code takes a --code");
        return Ok(vec![(drop_id, code)]);
    }
    ensure!(!has_codes || !shape.site, "a site that is made has no lane for --with-code");
    let drops = create::create_drops(options, n_drops).await?;
    Ok(drops.into_iter().map(|created| (created.drop_id, created.code)).collect())
}

/// A socket per shopper needs more than the 1 024 files that a shell grants by default.
fn raise_file_limit() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    if let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE)
        && soft < hard
        && let Err(error) = setrlimit(Resource::RLIMIT_NOFILE, hard, hard)
    {
        tracing::warn!(%error, "cannot raise the limit on open files");
    }
}
