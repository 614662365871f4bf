//! Dead letters on their way to `dead-letters`. Each stands for itself, so they have no order.

use super::send::{self, Waiting};
use crate::app::App;
use database::ordering::dead_letters;
use shared::telemetry::CounterName;

/// Dead letters published together.
const BATCH: i64 = 100;

/// Publishes the oldest dead letters that wait; returns how many.
pub(super) async fn publish_letters(app: &App) -> anyhow::Result<usize> {
    let letters = dead_letters::waiting(&app.pool, BATCH).await?;
    if letters.is_empty() {
        return Ok(0);
    }
    let mut sent = Vec::with_capacity(letters.len());
    for (id, payload) in letters {
        let (topic, key) = (&app.topics.dead_letters, id.to_string());
        sent.push((id, send::send(app, topic, Waiting { key, payload }).await));
    }
    let (mut written, mut failure) = (Vec::with_capacity(sent.len()), None);
    for (id, sent) in sent {
        match sent.written().await {
            Ok(()) => written.push(id),
            Err(error) => failure = Some(error),
        }
    }
    dead_letters::mark_published(&app.pool, &written).await?;
    CounterName::EventsPublished.get().increment(written.len() as u64);
    match failure {
        Some(error) => Err(error.into()),
        None => Ok(written.len()),
    }
}
