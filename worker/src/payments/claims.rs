//! The claims of this instance: due rows are taken, oldest hold first, as long as there is room.
//!
//! Each drop may have so many calls under way and no more (a bulkhead), so that one whose calls
//! hang leaves room to the others.

use super::{caller::PaymentCaller, calls::Calls};
use crate::causes::with_causes;
use database::{DatabaseError, money::payments};
use std::time::Duration;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// Time between two looks: at first, and growing to the second while nothing is due.
const SHORTEST_IDLE: Duration = Duration::from_millis(10);
const LONGEST_IDLE: Duration = Duration::from_millis(100);
/// Pause after a look that failed.
const PAUSE: Duration = Duration::from_millis(500);

/// What of the due rows this instance has taken.
pub(super) struct Claims {
    caller: PaymentCaller,
    calls: Calls,
    idle: Duration,
}

impl Claims {
    pub(super) fn new(caller: PaymentCaller) -> Self {
        Self { caller, calls: Calls::default(), idle: SHORTEST_IDLE }
    }

    /// Takes what is due until told to stop. Calls that have started are brought to their end;
    /// their claims would hold them up otherwise.
    pub(super) async fn work(mut self, soft: CancellationToken) {
        while !soft.is_cancelled() {
            self.start_due().await;
            self.pause(&soft).await;
        }
        self.calls.finish().await;
        self.caller.settlers.close();
    }

    /// Starts the calls that are due, as far as there is room.
    async fn start_due(&mut self) {
        self.idle = match self.claim().await {
            Ok(0) => (self.idle * 2).min(LONGEST_IDLE),
            Ok(_) => SHORTEST_IDLE,
            Err(error) => {
                let error = with_causes(error);
                tracing::warn!(error, "could not look for due payments; trying again");
                PAUSE
            }
        };
    }

    /// Returns how many calls were started.
    async fn claim(&mut self) -> Result<usize, DatabaseError> {
        let (app, settings) = (&self.caller.app, &self.caller.app.settings.payments);
        let most = settings.concurrency.get() as usize;
        let room = self.caller.provider.breaker().room(self.calls.len(), most);
        if room == 0 {
            return Ok(0);
        }
        let (per_drop, lease) = (i64::from(settings.per_drop.get()), settings.lease());
        let repeats = self.caller.provider.retries().take(settings.concurrency.get());
        let (under_way, room, repeats) = (self.calls.by_drop(), room as i64, i64::from(repeats));
        let due = payments::claim(&app.pool, per_drop, under_way, room, repeats, lease).await?;
        let n_started = due.len();
        for due in due {
            self.calls.start(due.drop_id, self.caller.clone().work(due));
        }
        Ok(n_started)
    }

    /// Waits until it is worth looking again: more may have become due when an answer was settled,
    /// and there is more room when a call has ended.
    async fn pause(&mut self, soft: &CancellationToken) {
        // What becomes due at about the same time is claimed together.
        soft.run_until_cancelled(sleep(SHORTEST_IDLE)).await;
        tokio::select! {
            () = soft.cancelled() => {}
            () = self.caller.settlers.settled() => self.idle = SHORTEST_IDLE,
            () = self.calls.next_end() => {}
            () = sleep(self.idle.saturating_sub(SHORTEST_IDLE)) => {}
        }
        self.calls.take_ended();
    }
}
