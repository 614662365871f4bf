//! The crowd: who comes when, what each does, and what was measured.
//!
//! - [`options`], [`cards`], [`plan`]: what is to happen, drawn from a seed
//! - [`caller`]: HTTP with retries, [`backoff`]: how long to wait between them
//! - [`create`]: a drop for the run
//! - [`line`](mod@line): a ticket's news, by stream or by poll; [`frames`]: what the news looks like
//! - [`shopper`]: one shopper's way; [`world`]: what all of them share
//! - [`measures`], [`progress`], [`report`]: what came of it

pub mod backoff;
mod buying;
pub mod caller;
pub mod cards;
pub mod create;
pub mod frames;
pub mod line;
pub mod measures;
pub mod options;
pub mod plan;
pub mod progress;
pub mod report;
pub mod shopper;
mod stream;
pub mod world;

use std::{sync::Arc, time::Instant};

use anyhow::Context;
use serde_json::json;
use tokio::task::JoinSet;

pub use options::{Preset, RunOptions};
pub use report::RunReport;

use crate::history::{Action, Type, Writer};
use caller::Caller;
use measures::Measures;
use shopper::Shopper;
use world::World;

/// Sends the crowd through its drop and waits until it is over for everybody.
///
/// # Errors
///
/// Returns an error when the drop cannot be made or found, or the history cannot be written.
/// What goes wrong for a shopper is part of the report.
pub async fn run(options: RunOptions) -> anyhow::Result<RunReport> {
    raise_file_limit();
    let began = Instant::now();
    let (history, closer) = Writer::create(options.history.as_deref(), began)?;
    let measures = Arc::new(Measures::new(options.shoppers));
    let caller = Caller::new(began + options.give_up_after(), Arc::clone(&measures))?;
    let drop_id = match options.drop {
        Some(drop_id) => drop_id,
        None => create::drop_for(&options, &caller).await?,
    };
    let variant_id = create::variant_of(&options, &caller, drop_id).await?;
    history.write(0, Action::Run, Type::Invoke, describe(&options, drop_id));
    let world = Arc::new(World {
        drop_id,
        variant_id,
        storefront: options.storefront.trim_end_matches('/').to_owned(),
        admission: options.admission.clone(),
        origin: options.origin.clone(),
        caller,
        history,
        measures: Arc::clone(&measures),
    });
    let arriving = Instant::now();
    let bars = progress::Bars::start(&measures);
    let mut shoppers = JoinSet::new();
    for plan in plan::draw(&options) {
        let intended = arriving + plan.arrives_after;
        let world = Arc::clone(&world);
        shoppers.spawn(async move {
            tokio::time::sleep_until(intended.into()).await;
            Shopper::new(world, plan, intended).live().await;
        });
    }
    while let Some(lived) = shoppers.join_next().await {
        lived.context("a shopper panicked")?;
    }
    bars.finish();
    let report = report::RunReport::new(drop_id, &options, &measures, arriving.elapsed());
    world.history.write(0, Action::Run, Type::Ok, json!(report));
    drop(world);
    closer.finish()?;
    Ok(report)
}

fn describe(options: &RunOptions, drop_id: shared::ids::DropId) -> serde_json::Value {
    json!({
        "drop_id": drop_id,
        "shoppers": options.shoppers,
        "seed": options.seed,
        "preset": format!("{:?}", options.preset).to_lowercase(),
        "absent": options.absent_share(),
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
        tracing::warn!(%error, "cannot raise the limit of open files");
    }
}
