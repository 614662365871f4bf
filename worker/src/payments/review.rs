//! Payments that a person has to look at.

use crate::{app::App, causes::with_causes};
use database::{DatabaseError, money::review};
use shared::telemetry::{CounterName, GaugeName};
use std::time::Duration;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

const LOOK_EVERY: Duration = Duration::from_secs(30);
/// Payments put to review in one step.
const BATCH: i64 = 500;

/// Leaves payments to a person that have been without a certain answer for too long, and counts
/// those that wait, until told to stop.
pub(super) async fn watch(app: App, soft: CancellationToken) {
    while !soft.is_cancelled() {
        if let Err(error) = look(&app).await {
            let error = with_causes(error);
            tracing::warn!(error, "could not look for payments to review; trying again");
        }
        soft.run_until_cancelled(sleep(LOOK_EVERY)).await;
    }
}

async fn look(app: &App) -> Result<(), DatabaseError> {
    let too_long = Duration::from_secs(app.settings.payments.review_after_seconds.get());
    loop {
        let n = review::expire_unknown(&app.pool, too_long, BATCH).await?;
        if n > 0 {
            CounterName::PaymentsPutToReview.get().increment(n);
            tracing::error!(n, "{n} payments stayed without an answer; a person has to look");
        }
        if n < BATCH as u64 {
            break;
        }
    }
    GaugeName::PaymentsToReview.get().set(review::n_open(&app.pool).await? as f64);
    Ok(())
}
