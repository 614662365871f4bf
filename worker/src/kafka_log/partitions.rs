//! Makes sure that the topics have the partitions of the drops that are about to open.
//!
//! A drop reserves the number of its partition when it is scheduled. Before it gets a room, both
//! topics must show that partition in fresh metadata; where they do not, partitions are added.

use super::error::KafkaLogError;
use crate::{app::App, causes::with_causes};
use database::selling::scheduling;
use shared::{ids::DropId, telemetry::GaugeName};
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// Failures, and drops that wait, are logged at most this often.
const LOG_EVERY: Duration = Duration::from_secs(5);

/// Prepares drops until told to stop.
pub(crate) async fn keep_preparing(app: &App, stop: &CancellationToken) {
    let mut ticks = interval(Duration::from_millis(app.settings.orders.tick_ms.get()));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut logged_at = None::<Instant>;
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        let why = match prepare_due(app).await {
            Ok(0) => continue,
            Ok(_) => "Kafka does not show their partitions yet".to_owned(),
            Err(error) => with_causes(error),
        };
        if logged_at.is_none_or(|logged_at| logged_at.elapsed() > LOG_EVERY) {
            tracing::warn!(error = why, "drops that are about to open have no log yet");
            logged_at = Some(Instant::now());
        }
    }
}

/// Prepares the drops that are about to open. Returns how many have to wait. May run at any time,
/// twice, or on two hosts.
async fn prepare_due(app: &App) -> Result<usize, KafkaLogError> {
    let due = scheduling::unprepared(&app.pool).await?;
    let gauge = GaugeName::DropsWithoutLog.get();
    let Some(last) = due.iter().map(|(_, partition)| *partition).max() else {
        gauge.set(0.0);
        return Ok(0);
    };
    gauge.set(due.len() as f64);
    let there = there(app, last).await?;
    let (ready, waiting): (Vec<_>, Vec<_>) =
        due.into_iter().partition(|(_, partition)| *partition < there);
    gauge.set(waiting.len() as f64);
    let ready: Vec<DropId> = ready.into_iter().map(|(drop_id, _)| drop_id).collect();
    if !ready.is_empty() {
        scheduling::prepare(&app.pool, &ready).await?;
        // The other roles begin with their rooms at once.
        app.drops.refresh(&app.pool).await?;
    }
    Ok(waiting.len())
}

/// Returns how many partitions both topics have, after adding some if `last` is not there.
async fn there(app: &App, last: i32) -> Result<i32, KafkaLogError> {
    let there = count(app).await?;
    if last < there {
        return Ok(there);
    }
    add(app, last).await?;
    count(app).await
}

async fn count(app: &App) -> Result<i32, KafkaLogError> {
    let topics = app.log_info.partitions().await?;
    let of_each = app.topics.of_drops().map(|name| topics.get(name).copied().unwrap_or_default());
    let least = of_each.into_iter().min().unwrap_or_default();
    Ok(i32::try_from(least).unwrap_or(i32::MAX))
}

/// Makes sure that the topics have a partition and all before it.
pub(super) async fn add(app: &App, partition: i32) -> Result<(), KafkaLogError> {
    let n_partitions = u16::try_from(partition.saturating_add(1)).unwrap_or(u16::MAX);
    Ok(broker::admin::ensure_partitions(&app.settings.kafka, n_partitions).await?)
}
