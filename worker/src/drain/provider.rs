//! How the payment provider does, looked up once for all drops of this instance.

use crate::{
    app::App,
    causes::with_causes,
    provider_state::{self, ProviderState},
};
use std::time::Duration;
use tokio::{sync::watch::Sender, time::sleep};
use tokio_util::sync::CancellationToken;

const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Looks until told to stop. What is known stays while it cannot be looked up: without Postgres
/// nobody is let in anyway.
pub(super) async fn look(app: &App, known: &Sender<ProviderState>, soft: &CancellationToken) {
    while !soft.is_cancelled() {
        match provider_state::look(app).await {
            Ok(state) => {
                known.send_if_modified(|known| std::mem::replace(known, state) != state);
            }
            Err(error) => {
                let error = with_causes(error);
                tracing::debug!(error, "could not look how the payment provider does");
            }
        }
        soft.run_until_cancelled(sleep(LOOK_EVERY)).await;
    }
}
