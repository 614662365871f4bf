//! Publishes the outbox: what Postgres has committed becomes records of `order-events` and
//! `dead-letters`.
//!
//! Rows are found by their flag and marked after Kafka's ack, so a crash in between publishes
//! them twice under the same event id. The events of one order keep their order: when one fails,
//! those behind it wait with it.

use crate::{app::App, causes::with_causes, ownership, pause::pause_point};
use broker::BrokerError;
use database::journal::outbox::{self, OutboxRow};
use shared::{
    messages::topics,
    shutdown::Shutdown,
    telemetry::{CounterName, GaugeName},
};
use std::{collections::HashSet, time::Duration};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// Rows published together.
const BATCH: i64 = 500;
/// Pause before looking again at an outbox that was empty; it grows while nothing comes.
const SHORT_IDLE: Duration = Duration::from_millis(25);
const LONG_IDLE: Duration = Duration::from_millis(200);
/// Pause after a failure.
const PAUSE: Duration = Duration::from_millis(500);
/// How long published rows are kept, and how often old ones are removed.
const KEEP: Duration = Duration::from_secs(24 * 3600);
const PRUNE_EVERY: Duration = Duration::from_secs(60);
const PRUNE_BATCH: i64 = 10_000;

/// Runs the role until the process stops. One instance at a time publishes.
pub async fn run(app: App, shutdown: Shutdown) {
    let keys = |_| async { vec!["outbox"] };
    ownership::run_owned(app, shutdown, "relay", keys, relay).await;
}

async fn relay(app: App, _: &'static str, stop: CancellationToken) {
    let (mut pruned_at, mut idle) = (None::<Instant>, SHORT_IDLE);
    while !stop.is_cancelled() {
        let pause = match publish_waiting(&app).await {
            Ok(0) => {
                idle = (idle * 2).min(LONG_IDLE);
                idle
            }
            Ok(_) => {
                idle = SHORT_IDLE;
                Duration::ZERO
            }
            Err(error) => {
                tracing::warn!(
                    error = with_causes(error),
                    "could not publish the outbox; trying again"
                );
                PAUSE
            }
        };
        if pruned_at.is_none_or(|at| at.elapsed() > PRUNE_EVERY) {
            pruned_at = Some(Instant::now());
            tidy(&app).await;
        }
        stop.run_until_cancelled(sleep(pause)).await;
    }
}

/// Publishes the oldest rows that wait and returns how many. May run at any time.
///
/// # Errors
///
/// Returns what failed; the rows wait on.
pub async fn publish_waiting(app: &App) -> anyhow::Result<usize> {
    let rows = outbox::waiting(&app.pool, BATCH).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let (published, failure) = publish(app, &rows).await;
    pause_point!("relay.after_ack");
    outbox::mark_published(&app.pool, &published).await?;
    CounterName::OutboxPublished.get().increment(published.len() as u64);
    match failure {
        Some(error) => Err(error.into()),
        None => Ok(published.len()),
    }
}

/// Hands all rows over at once, then waits for each. Returns the ids of those that Kafka has and
/// that have no failed row of their aggregate before them.
async fn publish(app: &App, rows: &[OutboxRow]) -> (Vec<i64>, Option<BrokerError>) {
    let (mut published, mut failed, mut failure) = (Vec::new(), HashSet::new(), None);
    let mut sent = Vec::with_capacity(rows.len());
    for row in rows {
        let topic = topic(app, &row.topic);
        let (key, payload) = (row.key.as_bytes(), row.payload.as_bytes());
        sent.push((row, app.producer.send(topic, None, key, payload).await));
    }
    pause_point!("relay.after_produce");
    for (row, delivery) in sent {
        let written = match delivery {
            Ok(delivery) => delivery.acknowledged().await.map(|_| ()),
            Err(error) => Err(error),
        };
        match written {
            Ok(()) if !failed.contains(&row.aggregate) => published.push(row.id),
            Ok(()) => {}
            Err(error) if error.is_about_the_record() => {
                give_up(row, error);
                published.push(row.id);
            }
            Err(error) => {
                failed.insert(row.aggregate);
                failure = Some(error);
            }
        }
    }
    (published, failure)
}

/// A record that no broker takes must not hold up all others; its row stays to be looked at.
fn give_up(row: &OutboxRow, error: BrokerError) {
    let OutboxRow { id, topic, aggregate, .. } = row;
    let error = with_causes(error);
    tracing::error!(row.id = id, topic, %aggregate, error, "cannot publish row {id} of the outbox");
}

fn topic<'a>(app: &'a App, name: &'a str) -> &'a str {
    match name {
        topics::ORDER_EVENTS => &app.topics.order_events,
        topics::DEAD_LETTERS => &app.topics.dead_letters,
        other => other,
    }
}

async fn tidy(app: &App) {
    match outbox::n_waiting(&app.pool).await {
        Ok(n) => GaugeName::OutboxWaiting.get().set(n as f64),
        Err(error) => tracing::debug!(error = with_causes(error), "could not count the outbox"),
    }
    if let Err(error) = outbox::prune(&app.pool, KEEP, PRUNE_BATCH).await {
        tracing::debug!(error = with_causes(error), "could not prune the outbox");
    }
}
