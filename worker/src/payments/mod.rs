//! Calls the payment provider for what the payment rows ask, and commits what came of it.
//!
//! | file | holds |
//! |---|---|
//! | [`provider`] | the provider over HTTP: a clear answer or none |
//! | [`steps`] | what to conclude from an answer, per kind of call |
//!
//! A row is written and committed before anybody is asked, and claimed for as long as its call
//! can take. No call is made inside a transaction. An answer that is not certain is asked again
//! with the same key, after a pause that grows; a callback makes the row due at once.

pub mod provider;
pub mod steps;

use crate::{app::App, line_updates::LineUpdater, pause_point};
use database::{
    DatabaseError,
    money::payments::{self, DuePayment},
    ordering::holds::Outcome,
};
use provider::Provider;
use shared::{lifecycle::TicketState, shutdown::Shutdown, telemetry::CounterName};
use sqlx::postgres::PgListener;
use std::time::Duration;
use steps::Conclusion;
use tokio::{task::JoinSet, time::Instant};

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How often due rows are looked for without a notice.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Runs the role until the process stops.
pub async fn run(app: App, shutdown: Shutdown) {
    let provider = match Provider::new(&app.settings.payments) {
        Ok(provider) => provider,
        Err(error) => return tracing::error!(%error, "no client for the payment provider"),
    };
    let teller = LineUpdater::start(&app, &shutdown);
    let worker = Worker { app, provider, teller };
    let (soft, mut calls, mut listener) = (shutdown.soft(), JoinSet::new(), None);
    while !soft.is_cancelled() {
        if let Err(error) = worker.start_due(&mut calls).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "payments wait for Postgres");
        }
        if listener.is_none() {
            listener = listen(&worker.app).await;
        }
        let has_room = calls.len() < worker.concurrency();
        tokio::select! {
            () = soft.cancelled() => {}
            Some(_) = calls.join_next(), if !calls.is_empty() => {}
            alive = heard(&mut listener), if has_room => if !alive { listener = None; },
            () = tokio::time::sleep(LOOK_EVERY), if has_room => {}
        }
    }
    // Calls that were begun are brought to their end; a claim would hold them up otherwise.
    while calls.join_next().await.is_some() {}
}

/// Makes calls and commits their results.
#[derive(Clone)]
pub struct Worker {
    /// Settings and connections.
    pub app: App,
    /// Whom to ask.
    pub provider: Provider,
    /// Who tells the line.
    pub teller: LineUpdater,
}

impl Worker {
    fn concurrency(&self) -> usize {
        self.app.settings.payments.concurrency.get() as usize
    }

    /// A lookup and a call, and the commit.
    fn lease(&self) -> Duration {
        let timeout = Duration::from_millis(self.app.settings.payments.timeout_ms.get());
        timeout * 2 + Duration::from_secs(5)
    }

    async fn start_due(&self, calls: &mut JoinSet<()>) -> Result<(), DatabaseError> {
        let free = self.concurrency().saturating_sub(calls.len());
        if free == 0 {
            return Ok(());
        }
        for due in payments::claim(&self.app.pool, free as i64, self.lease()).await? {
            let worker = self.clone();
            calls.spawn(async move { worker.work(due).await });
        }
        Ok(())
    }

    /// Makes one call and commits its result. When that fails for good the claim runs out, and
    /// the call is made again with the same key.
    pub async fn work(&self, due: DuePayment) {
        pause_point!("payments.before_call");
        let conclusion = steps::call(&self.provider, &due).await;
        pause_point!("payments.after_call");
        match self.insist(&due, conclusion).await {
            Ok(outcome) => {
                pause_point!("payments.after_commit");
                let is_paid = |order: &&database::ordering::orders::EndedOrder| {
                    order.state == TicketState::Confirmed
                };
                let n_paid = outcome.ended.iter().filter(is_paid).count();
                CounterName::OrdersConfirmed.get().increment(n_paid as u64);
                self.teller.ended(outcome);
            }
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(order.id = %due.order_id, error, "a payment's result waits");
            }
        }
    }

    /// Commits a conclusion, again while Postgres is away: to ask again would only cost time that
    /// the hold may not have.
    async fn insist(
        &self,
        due: &DuePayment,
        conclusion: Conclusion,
    ) -> Result<Outcome, DatabaseError> {
        let deadline = Instant::now() + self.lease();
        loop {
            match self.conclude(due, conclusion.clone()).await {
                Err(error) if error.is_transient() && Instant::now() < deadline => {
                    tokio::time::sleep(FIRST_PAUSE).await;
                }
                result => return result,
            }
        }
    }

    async fn conclude(
        &self,
        due: &DuePayment,
        conclusion: Conclusion,
    ) -> Result<Outcome, DatabaseError> {
        let (pool, id) = (&self.app.pool, due.id);
        match conclusion {
            Conclusion::Authorized(provider_id) => {
                payments::authorized(pool, id, &provider_id).await
            }
            Conclusion::AuthorizationDeclined(code) => {
                payments::authorization_declined(pool, id, &code).await
            }
            Conclusion::Captured => payments::captured(pool, id).await,
            Conclusion::CaptureDeclined(code) => payments::capture_declined(pool, id, &code).await,
            Conclusion::Voided => payments::voided(pool, id).await,
            Conclusion::FoundCaptured => payments::void_found_captured(pool, id).await,
            Conclusion::Refunded => payments::refunded(pool, id).await,
            Conclusion::GivenUp(code) => payments::give_up(pool, id, code).await,
            Conclusion::Unknown(provider_id, why) => {
                self.postpone(due, provider_id.as_deref(), &why).await
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
        let (kind, after_ms) = (due.kind.as_str(), after.as_millis());
        tracing::info!(
            order.id = %due.order_id, kind, why,
            "the provider's answer is not certain; asking again in {after_ms} ms"
        );
        payments::postpone(&self.app.pool, due.id, provider_id, after).await?;
        Ok(Outcome::default())
    }
}

/// The pause before the next call, after `calls` earlier ones.
fn pause(calls: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(1 << calls.min(5)).min(LONGEST_PAUSE)
}

async fn listen(app: &App) -> Option<PgListener> {
    let mut listener = PgListener::connect_with(&app.pool).await.ok()?;
    listener.listen("payment_due").await.ok()?;
    Some(listener)
}

/// Waits for a notice; `false` when the connection was lost.
async fn heard(listener: &mut Option<PgListener>) -> bool {
    let Some(listener) = listener else { return std::future::pending().await };
    listener.recv().await.is_ok()
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
