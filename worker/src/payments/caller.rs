//! One due call: made, concluded, handed over to be committed.

use super::{
    provider::ProviderClient,
    settlers::Settlers,
    steps::{self, Called},
};
use crate::{app::App, pause::pause_point};
use database::money::payments::{Answer, Conclusion, DuePayment};
use shared::telemetry::CounterName;
use std::time::Duration;

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Makes calls.
#[derive(Clone)]
pub(super) struct PaymentCaller {
    pub(super) app: App,
    pub(super) provider: ProviderClient,
    pub(super) settlers: Settlers,
}

impl PaymentCaller {
    /// Makes one call and hands its conclusion over. When that comes to nothing, the claim runs
    /// out, and the call is made again with the same key.
    pub(super) async fn work(self, due: DuePayment) {
        pause_point!("payments.before_call", due.kind.as_str());
        let called = steps::call(&self.provider, &due, self.is_quiet(&due)).await;
        pause_point!("payments.after_call", due.kind.as_str());
        let (conclusion, ask_again_in) = match called {
            Called::Concluded(conclusion) => (conclusion, pause(due.calls)),
            Called::NotThereYet => {
                let why = "the provider does not know it, nobody wants it any more".into();
                (Conclusion::Unknown { provider_id: None, why }, self.quiet_after())
            }
        };
        if matches!(conclusion, Conclusion::Unknown { .. }) {
            self.app.pulse.provider_failed(due.drop_id);
        }
        report(&due, &conclusion, ask_again_in);
        let answer = Answer { payment_id: due.id, conclusion, ask_again_in };
        self.settlers.hand_over(due.drop_id, answer).await;
    }

    /// Whether no request of an earlier call can be on its way any more.
    fn is_quiet(&self, due: &DuePayment) -> bool {
        let silent_ms = due.last_call_at.map_or(0, |last_call_at| {
            self.app.clock.now().as_millisecond() - last_call_at.as_millisecond()
        });
        silent_ms > self.quiet_after().as_millis() as i64
    }

    /// How long a request may be on its way since its claim: as long as it was waited for, and the
    /// time that the settings give it on top.
    fn quiet_after(&self) -> Duration {
        let settings = &self.app.settings.payments;
        Duration::from_millis(settings.timeout_ms.get()) * 2
            + Duration::from_secs(settings.give_up_after_seconds.get())
    }
}

fn report(due: &DuePayment, conclusion: &Conclusion, ask_again_in: Duration) {
    let (id, kind, after_ms) = (due.order_id, due.kind.as_str(), ask_again_in.as_millis());
    match conclusion {
        Conclusion::Unknown { why, .. } => {
            CounterName::PaymentsUnknown.get().increment(1);
            tracing::info!(
                order.id = %id, kind, why,
                "no certain answer to {kind} of order {id} ({why}); asking again in {after_ms} ms"
            );
        }
        Conclusion::NeedsReview { .. } => CounterName::PaymentsPutToReview.get().increment(1),
        Conclusion::Authorized { .. }
        | Conclusion::AuthorizationDeclined { .. }
        | Conclusion::Captured
        | Conclusion::CaptureDeclined { .. }
        | Conclusion::Voided
        | Conclusion::FoundCaptured
        | Conclusion::Refunded
        | Conclusion::GivenUp { .. } => {}
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
