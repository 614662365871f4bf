//! A run from its begin to what was found.

use std::time::Duration;

use shared::load_lab::LoadJudgement;
use tokio::time::{MissedTickBehavior, interval};

use super::{AgentOptions, api::LabApi, cut::cut, judge, order::LoadOrder};
use crate::{run, watch::RunWatch};

/// Longest reason that is told.
const MAX_FAULT: usize = 500;

/// Sends the crowd, tells how far it is and what was found, and cancels its drops. One that is cancelled
/// meanwhile is stopped.
pub(super) async fn see_through(
    options: &AgentOptions,
    api: &LabApi<'_>,
    order: &LoadOrder,
) -> anyhow::Result<()> {
    let watch = RunWatch::default();
    let came = tokio::select! {
        came = send(options, order, &watch) => Some(came),
        () = until_cancelled(options, api, order, &watch) => None,
    };
    for drop_id in watch.drops() {
        if let Err(error) = api.cancel_drop(drop_id).await {
            tracing::warn!(%drop_id, error = format!("{error:#}"), "cannot cancel a drop");
        }
    }
    match came {
        None => Ok(()),
        Some(Ok(judgements)) => {
            // How it stood in the end, which a tick may have missed.
            let _ = api.tell(order.id, &watch.drops(), &watch.counts()).await;
            api.finish(order.id, &judgements).await
        }
        Some(Err(error)) => api.give_up(order.id, &cut(&format!("{error:#}"), MAX_FAULT)).await,
    }
}

async fn send(
    options: &AgentOptions,
    order: &LoadOrder,
    watch: &RunWatch,
) -> anyhow::Result<Vec<LoadJudgement>> {
    let run_options = order.run_options(options)?;
    let reports = run::run_watched(&run_options, watch).await?;
    judge::judge(options, &run_options, &reports).await
}

/// Tells how far the crowd is until that is refused. The drops must be known by then, or nobody would
/// cancel them.
async fn until_cancelled(
    options: &AgentOptions,
    api: &LabApi<'_>,
    order: &LoadOrder,
    watch: &RunWatch,
) {
    let mut ticks = interval(Duration::from_millis(options.poll_ms));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let drops = watch.drops();
        match api.tell(order.id, &drops, &watch.counts()).await {
            Ok(false) if !drops.is_empty() => return,
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(error = format!("{error:#}"), "cannot tell how far a crowd is");
            }
        }
    }
}
