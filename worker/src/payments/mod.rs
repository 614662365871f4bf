//! Calls the payment provider for what the payment rows ask, and commits what came of it.
//!
//! | file | holds |
//! |---|---|
//! | `caller` | one due call: made, concluded, committed |
//! | [`steps`] | what to conclude from an answer, per kind of call |
//! | [`provider`] | the provider over HTTP |
//! | `answer` | what it answered: something clear, or nothing |
//!
//! A row is written and committed before anybody is asked, and claimed for as long as its call
//! can take. No call is made inside a transaction. An answer that is not certain is asked again
//! with the same key, after a pause that grows; a callback makes the row due at once.

mod answer;
mod caller;
pub mod provider;
pub mod steps;

use crate::{app::App, causes::with_causes, line_updates::LineUpdater, notices};
use caller::PaymentCaller;
use provider::ProviderClient;
use shared::shutdown::Shutdown;
use std::time::Duration;
use tokio::{task::JoinSet, time::sleep};

/// How often due rows are looked for without a notice.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Runs the role until the process stops.
pub async fn run(app: App, shutdown: Shutdown) {
    let provider = match ProviderClient::new(&app.settings.payments) {
        Ok(provider) => provider,
        Err(error) => {
            let error = with_causes(error);
            return tracing::error!(error, "no payments: cannot make a client for the provider");
        }
    };
    let notices = notices::listen(&app.pool, "payment_due", &shutdown);
    let updater = LineUpdater::start(&app, &shutdown);
    let caller = PaymentCaller { app, provider, updater };
    let (soft, mut calls) = (shutdown.soft(), JoinSet::new());
    while !soft.is_cancelled() {
        if let Err(error) = caller.start_due(&mut calls).await {
            let error = with_causes(error);
            tracing::warn!(error, "could not look for due payments; trying again");
        }
        let has_room = calls.len() < caller.concurrency();
        tokio::select! {
            () = soft.cancelled() => {}
            Some(_) = calls.join_next(), if !calls.is_empty() => {}
            () = notices.notified(), if has_room => {}
            () = sleep(LOOK_EVERY), if has_room => {}
        }
    }
    // Calls that have started are brought to their end; a claim would hold them up otherwise.
    while calls.join_next().await.is_some() {}
}
