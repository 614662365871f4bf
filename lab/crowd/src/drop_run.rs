//! What happens to one drop of a run: a crowd, a history and a report of its own.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicU64},
    time::{Duration, Instant},
};

use anyhow::Context;
use check::history::{Action, EntryType, HistoryCloser, HistoryWriter};
use indicatif::MultiProgress;
use serde_json::json;
use shared::ids::DropId;
use tokio::task::JoinSet;

use super::{
    client::RetryingClient,
    context::RunContext,
    cost::RunCosts,
    create::{self, FoundDrop},
    measures::Measures,
    options::RunOptions,
    plan,
    progress::Bars,
    report::RunReport,
    shopper::VirtualShopper,
    watch::RunWatch,
};

/// One drop of a run.
#[derive(Debug)]
pub(crate) struct DropRun {
    options: RunOptions,
    drop_id: DropId,
    code: Option<String>,
    found: FoundDrop,
    client: RetryingClient,
    measures: Arc<Measures>,
    history: HistoryWriter,
    closer: HistoryCloser,
}

/// A drop whose crowd has come to its ends.
#[derive(Debug)]
pub(crate) struct EndedRun {
    options: RunOptions,
    drop_id: DropId,
    measures: Arc<Measures>,
    history: HistoryWriter,
    closer: HistoryCloser,
    elapsed: Duration,
}

impl DropRun {
    /// Looks at the drop, and begins its history.
    pub(crate) async fn open(
        options: RunOptions,
        drop_id: DropId,
        code: Option<String>,
        began: Instant,
    ) -> anyhow::Result<Self> {
        let (history, closer) = HistoryWriter::create(options.history.as_deref(), began)?;
        let measures = Arc::new(Measures::new(options.shoppers));
        let client = RetryingClient::new(began + options.give_up_after(), Arc::clone(&measures))?;
        let found = create::find(&options, &client, drop_id).await?;
        history.write(0, Action::Run, EntryType::Invoke, describe(&options, drop_id));
        Ok(Self { options, drop_id, code, found, client, measures, history, closer })
    }

    pub(crate) fn show_to(&self, watch: &RunWatch) {
        watch.add(self.drop_id, Arc::clone(&self.measures));
    }

    /// Sends the crowd, and returns when everybody has come to an end.
    pub(crate) async fn send(
        self,
        arriving: Instant,
        bars: &MultiProgress,
    ) -> anyhow::Result<EndedRun> {
        let Self { options, drop_id, code, found, client, measures, history, closer } = self;
        let context = Arc::new(RunContext {
            drop_id,
            variants: found.variants,
            fulfilment: found.fulfilment,
            code,
            stay: Duration::from_secs_f64(options.shape().stay_seconds.clamp(0.0, 3_600.0)),
            storefront: options.storefront.trim_end_matches('/').to_owned(),
            admission: options.admission.clone(),
            origin: options.origin.clone(),
            away: options.away(),
            client,
            history: history.clone(),
            measures: Arc::clone(&measures),
            last_process: AtomicU64::new(options.shoppers),
            arriving,
        });
        send_everybody(&context, &options, bars).await?;
        let elapsed = arriving.elapsed();
        Ok(EndedRun { options, drop_id, measures, history, closer, elapsed })
    }
}

impl EndedRun {
    pub(crate) fn n_paid(&self) -> u64 {
        self.measures.counts().paid
    }

    /// Ends the history with the report, and writes that where it is wanted.
    pub(crate) fn report(self, costs: RunCosts) -> anyhow::Result<RunReport> {
        let Self { options, drop_id, measures, history, closer, elapsed } = self;
        let report = RunReport::new(drop_id, &options, &measures, elapsed, costs);
        history.write(0, Action::Run, EntryType::Ok, json!(report));
        drop(history);
        closer.finish()?;
        if let Some(path) = &options.report {
            let text = serde_json::to_string(&report)?;
            fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(report)
    }
}

/// Returns the options of one of several drops, from 1: it has a seed and files of its own.
pub(crate) fn options_of(options: &RunOptions, nth: u32) -> RunOptions {
    let numbered = |path: &Option<PathBuf>| path.as_deref().map(|path| numbered(path, nth));
    RunOptions {
        seed: options.seed.wrapping_add(u64::from(nth) - 1),
        history: numbered(&options.history),
        report: numbered(&options.report),
        ..options.clone()
    }
}

/// Makes `run-2.jsonl` of `run.jsonl`.
fn numbered(path: &Path, nth: u32) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let name = match path.extension() {
        Some(extension) => format!("{stem}-{nth}.{}", extension.to_string_lossy()),
        None => format!("{stem}-{nth}"),
    };
    path.with_file_name(name)
}

/// Lets every shopper arrive at the planned time, and returns when all have come to an end.
async fn send_everybody(
    context: &Arc<RunContext>,
    options: &RunOptions,
    bars: &MultiProgress,
) -> anyhow::Result<()> {
    let bars = Bars::start(bars, &context.measures);
    let mut shoppers = JoinSet::new();
    for plan in plan::draw(options) {
        let intended = context.arriving + plan.arrives_after;
        let context = Arc::clone(context);
        shoppers.spawn(async move {
            tokio::time::sleep_until(intended.into()).await;
            VirtualShopper::new(context, plan, intended).live().await;
        });
    }
    while let Some(lived) = shoppers.join_next().await {
        lived.context("a shopper panicked")?;
    }
    bars.finish();
    Ok(())
}

fn describe(options: &RunOptions, drop_id: DropId) -> serde_json::Value {
    json!({
        "drop_id": drop_id,
        "shoppers": options.shoppers,
        "seed": options.seed,
        "preset": options.preset.name(),
        "shape": options.shape(),
        "returning": options.returning,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_several_drops_has_files_and_a_seed_of_its_own() {
        let options = RunOptions {
            history: Some("of/run.jsonl".into()),
            report: Some("report".into()),
            ..RunOptions::new(DropId::generate(), 10)
        };
        let second = options_of(&options, 2);
        assert_eq!(second.history, Some("of/run-2.jsonl".into()));
        assert_eq!(second.report, Some("report-2".into()));
        assert_eq!((options_of(&options, 1).seed, second.seed), (options.seed, options.seed + 1));
    }
}
