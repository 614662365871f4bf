//! How the payment provider does, looked up once for all drops of this instance.

use crate::{
    app::App,
    causes::with_causes,
    provider_state::{self, ProviderState},
};
use database::DatabaseError;
use shared::telemetry::CounterName;
use std::time::Duration;
use tokio::{sync::watch, time::sleep};
use tokio_util::sync::CancellationToken;

const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Starts to look, until told to stop or nobody asks any more. At first all is believed to be well.
pub(super) fn watch(app: &App, soft: &CancellationToken) -> watch::Receiver<ProviderState> {
    let (sender, state) = watch::channel(ProviderState::Answers);
    let app = app.clone();
    let look = move || {
        let app = app.clone();
        async move { provider_state::look(&app).await }
    };
    tokio::spawn(keep_looking(sender, soft.clone(), look));
    state
}

/// What is known stays while it cannot be looked up: without Postgres nobody is let in anyway.
///
/// Each look is a task of its own: people are let in by what it finds, so it goes on after a panic.
async fn keep_looking<F>(
    sender: watch::Sender<ProviderState>,
    soft: CancellationToken,
    look: impl Fn() -> F,
) where
    F: Future<Output = Result<ProviderState, DatabaseError>> + Send + 'static,
{
    while !soft.is_cancelled() && !sender.is_closed() {
        match tokio::spawn(look()).await {
            Ok(Ok(state)) => {
                sender.send_replace(state);
            }
            Ok(Err(error)) => {
                let error = with_causes(error);
                tracing::debug!(error, "could not look how the payment provider does");
            }
            Err(error) => {
                CounterName::WorkerPanics.get().increment(1);
                let error = with_causes(error);
                tracing::error!(error, "a look at the payment provider broke off; looking again");
            }
        }
        soft.run_until_cancelled(sleep(LOOK_EVERY)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};
    use tokio::time::timeout;

    const SOON: Duration = Duration::from_secs(10);

    #[tokio::test]
    async fn a_look_that_breaks_off_is_followed_by_another() {
        let (sender, mut state) = watch::channel(ProviderState::Answers);
        let n_looks = AtomicU32::new(0);
        let look = move || {
            let is_well = n_looks.fetch_add(1, Ordering::Relaxed) > 0;
            async move {
                assert!(is_well, "a look that breaks off");
                Ok(ProviderState::Away)
            }
        };
        tokio::spawn(keep_looking(sender, CancellationToken::new(), look));

        timeout(SOON, state.changed()).await.unwrap().unwrap();

        assert_eq!(*state.borrow(), ProviderState::Away);
    }

    #[tokio::test]
    async fn nobody_looks_once_nobody_asks_any_more() {
        let (sender, state) = watch::channel(ProviderState::Answers);
        let look = || async { Ok(ProviderState::Away) };
        let looking = tokio::spawn(keep_looking(sender, CancellationToken::new(), look));

        drop(state);

        timeout(SOON, looking).await.unwrap().unwrap();
    }
}
