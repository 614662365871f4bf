//! How the payment provider does, looked up once for all drops of this instance.

use crate::{
    app::App,
    causes::with_causes,
    provider_state::{self, ProviderState},
};
use std::time::Duration;
use tokio::{sync::watch, time::sleep};
use tokio_util::sync::CancellationToken;

const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Starts to look, until told to stop. At first all is believed to be well.
pub(super) fn watch(app: &App, soft: &CancellationToken) -> watch::Receiver<ProviderState> {
    let (sender, state) = watch::channel(ProviderState::Answers);
    let (app, soft) = (app.clone(), soft.clone());
    tokio::spawn(async move { keep_looking(&app, &sender, &soft).await });
    state
}

async fn keep_looking(app: &App, sender: &watch::Sender<ProviderState>, soft: &CancellationToken) {
    while !soft.is_cancelled() {
        match provider_state::look(app).await {
            Ok(state) => {
                sender.send_replace(state);
            }
            // What is known stays: without Postgres nobody is let in anyway.
            Err(error) => {
                let error = with_causes(error);
                tracing::debug!(error, "could not look how the payment provider does");
            }
        }
        soft.run_until_cancelled(sleep(LOOK_EVERY)).await;
    }
}
