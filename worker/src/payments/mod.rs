//! Calls the payment provider for what the payment rows ask, and commits what came of it.
//!
//! | file | holds |
//! |---|---|
//! | `claims` | due rows, taken as long as there is room |
//! | `calls` | the calls under way, counted by drop |
//! | `caller` | one due call: made, concluded, handed over to be committed |
//! | [`steps`] | what to conclude from an answer, per kind of call |
//! | [`provider`] | the provider: what it can be asked |
//! | `transport` | requests to it and its answers, as bytes |
//! | `answer` | what it answered: something clear, or nothing |
//! | `breaker` | the circuit breaker before it |
//! | `settlers`, `settler` | the answers of a drop, committed many in a transaction |
//! | `review` | payments that a person has to look at |
//!
//! A row is written and committed before anybody is asked, and claimed for as long as its call
//! can take. No call is made inside a transaction. An answer that is not certain is asked again
//! with the same key, after a pause that grows; a callback makes the row due at once. While many calls
//! are without an answer, few are repeated: those of all drops share a budget.

mod answer;
mod breaker;
mod caller;
mod calls;
mod claims;
pub mod provider;
mod review;
mod settler;
mod settlers;
pub mod steps;
mod transport;

use crate::{app::App, causes::with_causes, line_updates::LineUpdater, provider_state};
use breaker::Breaker;
use caller::PaymentCaller;
use claims::Claims;
use provider::ProviderClient;
use settlers::Settlers;
use shared::shutdown::Shutdown;
use std::time::Duration;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// How often it is told how the provider does.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// Runs the role until the process stops.
pub async fn run(app: App, shutdown: Shutdown) {
    let provider = match ProviderClient::new(&app.settings.payments) {
        Ok(provider) => provider,
        Err(error) => {
            let error = with_causes(error);
            return tracing::error!(error, "no payments: cannot make a client for the provider");
        }
    };
    let (soft, updater) = (shutdown.soft(), LineUpdater::start(&app, &shutdown));
    let telling = tell(app.clone(), provider.breaker().clone(), soft.clone());
    let watching = review::watch(app.clone(), soft.clone());
    let settlers = Settlers::new(app.clone(), updater, shutdown);
    let claims = Claims::new(PaymentCaller { app, provider, settlers });
    // In one task, so that none can end without the others: the role is started again as a whole.
    tokio::join!(telling, watching, claims.work(soft));
}

/// Tells those who let people in how the provider does.
async fn tell(app: App, breaker: Breaker, soft: CancellationToken) {
    while !soft.is_cancelled() {
        if let Err(error) = provider_state::tell(&app, breaker.state()).await {
            let error = with_causes(error);
            tracing::debug!(error, "could not tell how the payment provider does");
        }
        soft.run_until_cancelled(sleep(TELL_EVERY)).await;
    }
}
