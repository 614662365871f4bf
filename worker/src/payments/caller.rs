//! One due call: made, concluded, committed.

use super::{
    provider::ProviderClient,
    steps::{self, Conclusion},
};
use crate::{app::App, causes::with_causes, line_updates::LineUpdater, pause::pause_point};
use backon::{ConstantBuilder, Retryable as _};
use database::{
    DatabaseError,
    money::payments::{self, DuePayment},
    ordering::{holds::Outcome, orders::EndedOrder},
};
use shared::{lifecycle::TicketState, telemetry::CounterName};
use std::time::Duration;
use tokio::{task::JoinSet, time::Instant};

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// Pauses between two tries to commit, for as long as the claim lasts.
const COMMIT_PAUSES: ConstantBuilder =
    ConstantBuilder::new().with_delay(FIRST_PAUSE).without_max_times();

/// Makes calls and commits their results.
#[derive(Clone)]
pub(super) struct PaymentCaller {
    pub(super) app: App,
    pub(super) provider: ProviderClient,
    pub(super) updater: LineUpdater,
}

impl PaymentCaller {
    /// Returns how many calls may be under way at one time.
    pub(super) fn concurrency(&self) -> usize {
        self.app.settings.payments.concurrency.get() as usize
    }

    /// How long a claim lasts: a lookup and a call, and the commit.
    fn lease(&self) -> Duration {
        let timeout = Duration::from_millis(self.app.settings.payments.timeout_ms.get());
        timeout * 2 + Duration::from_secs(5)
    }

    /// Starts as many of the due calls as may be under way.
    pub(super) async fn start_due(&self, calls: &mut JoinSet<()>) -> Result<(), DatabaseError> {
        let free = self.concurrency().saturating_sub(calls.len());
        if free == 0 {
            return Ok(());
        }
        for due in payments::claim(&self.app.pool, free as i64, self.lease()).await? {
            let caller = self.clone();
            calls.spawn(async move { caller.work(due).await });
        }
        Ok(())
    }

    /// Makes one call and commits its result. When that fails for good, the claim runs out, and
    /// the call is made again with the same key.
    async fn work(&self, due: DuePayment) {
        pause_point!("payments.before_call", due.kind.as_str());
        let conclusion = steps::call(&self.provider, &due).await;
        pause_point!("payments.after_call", due.kind.as_str());
        match self.insist(&due, &conclusion).await {
            Ok(outcome) => {
                pause_point!("payments.after_commit", due.kind.as_str());
                let is_paid = |order: &&EndedOrder| order.state == TicketState::Confirmed;
                let n_paid = outcome.ended.iter().filter(is_paid).count();
                CounterName::OrdersConfirmed.get().increment(n_paid as u64);
                self.updater.ended(outcome);
            }
            Err(error) => {
                let (id, error) = (due.order_id, with_causes(error));
                tracing::warn!(
                    order.id = %id, error,
                    "could not commit the provider's answer for order {id}; asking again"
                );
            }
        }
    }

    /// Commits a conclusion, again while Postgres is away: to ask again would only cost time that
    /// the hold may not have.
    async fn insist(
        &self,
        due: &DuePayment,
        conclusion: &Conclusion,
    ) -> Result<Outcome, DatabaseError> {
        let deadline = Instant::now() + self.lease();
        (|| self.commit(due, conclusion))
            .retry(COMMIT_PAUSES)
            .when(|error| error.is_transient() && Instant::now() < deadline)
            .await
    }

    async fn commit(
        &self,
        due: &DuePayment,
        conclusion: &Conclusion,
    ) -> Result<Outcome, DatabaseError> {
        let (pool, id) = (&self.app.pool, due.id);
        match conclusion {
            Conclusion::Authorized(provider_id) => {
                payments::authorized(pool, id, provider_id).await
            }
            Conclusion::AuthorizationDeclined(code) => {
                payments::authorization_declined(pool, id, code).await
            }
            Conclusion::Captured => payments::captured(pool, id).await,
            Conclusion::CaptureDeclined(code) => payments::capture_declined(pool, id, code).await,
            Conclusion::Voided => payments::voided(pool, id).await,
            Conclusion::FoundCaptured => payments::void_found_captured(pool, id).await,
            Conclusion::Refunded => payments::refunded(pool, id).await,
            Conclusion::GivenUp(code) => payments::give_up(pool, id, code).await,
            Conclusion::Unknown(provider_id, why) => {
                self.postpone(due, provider_id.as_deref(), why).await
            }
        }
    }

    async fn postpone(
        &self,
        due: &DuePayment,
        provider_id: Option<&str>,
        why: &str,
    ) -> Result<Outcome, DatabaseError> {
        CounterName::PaymentsUnknown.get().increment(1);
        let after = pause(due.calls);
        let (id, kind, after_ms) = (due.order_id, due.kind.as_str(), after.as_millis());
        tracing::info!(
            order.id = %id, kind, why,
            "no certain answer to {kind} of order {id} ({why}); asking again in {after_ms} ms"
        );
        payments::postpone(&self.app.pool, due.id, provider_id, after).await?;
        Ok(Outcome::default())
    }
}

/// Returns the pause before the next call, after `calls` earlier ones.
fn pause(calls: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(1 << calls.min(5)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_grows_to_its_longest() {
        let pauses: Vec<_> = [0, 1, 2, 4, 5, 90].map(|calls| pause(calls).as_millis()).into();
        assert_eq!(pauses, [200, 400, 800, 3200, 5000, 5000]);
    }
}
