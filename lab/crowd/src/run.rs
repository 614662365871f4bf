//! A run, from the drop to the report.

use std::{fs, sync::Arc, time::Instant};

use anyhow::Context;
use check::history::{Action, EntryType, HistoryWriter};
use serde_json::json;
use shared::ids::DropId;
use tokio::task::JoinSet;

use super::{
    client::RetryingClient, context::RunContext, cost::CostMeter, create, measures::Measures,
    options::RunOptions, plan, progress::Bars, report::RunReport, shopper::VirtualShopper,
};

/// Sends the crowd through its drop and waits until everybody has come to an end.
///
/// # Errors
///
/// Returns an error when the drop cannot be created or found, or when the history or the report
/// cannot be written. What goes wrong for a shopper is part of the report.
pub async fn run(options: RunOptions) -> anyhow::Result<RunReport> {
    raise_file_limit();
    let began = Instant::now();
    let (history, closer) = HistoryWriter::create(options.history.as_deref(), began)?;
    let measures = Arc::new(Measures::new(options.shoppers));
    let client = RetryingClient::new(began + options.give_up_after(), Arc::clone(&measures))?;
    let drop_id = match options.drop {
        Some(drop_id) => drop_id,
        None => create::drop_for(&options, &client).await?,
    };
    let variant_id = create::variant_of(&options, &client, drop_id).await?;
    history.write(0, Action::Run, EntryType::Invoke, describe(&options, drop_id));
    let meter = CostMeter::start(&options.storefront, &options.admission, &options.servers).await;
    let arriving = Instant::now();
    let context = Arc::new(RunContext {
        drop_id,
        variant_id,
        storefront: options.storefront.trim_end_matches('/').to_owned(),
        admission: options.admission.clone(),
        origin: options.origin.clone(),
        away: options.away(),
        client,
        history,
        measures: Arc::clone(&measures),
        arriving,
    });
    send_everybody(&context, &options).await?;
    let elapsed = arriving.elapsed();
    let costs = meter.finish(measures.counts().paid).await;
    let report = RunReport::new(drop_id, &options, &measures, elapsed, costs);
    context.history.write(0, Action::Run, EntryType::Ok, json!(report));
    drop(context);
    closer.finish()?;
    if let Some(path) = &options.report {
        let text = serde_json::to_string(&report)?;
        fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(report)
}

/// Lets every shopper arrive at the planned time, and returns when all have come to an end.
async fn send_everybody(context: &Arc<RunContext>, options: &RunOptions) -> anyhow::Result<()> {
    let bars = Bars::start(&context.measures);
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
        "preset": format!("{:?}", options.preset).to_lowercase(),
        "absent": options.absent_share(),
        "returning": options.returning,
        "never_pay": options.never_pay_share(),
    })
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
