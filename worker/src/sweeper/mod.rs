//! Ends holds that ran out and orders of cancelled drops, and gives their units back.
//!
//! | file | holds |
//! |---|---|
//! | `setbacks` | drops that could not be swept, left alone for a while |
//!
//! Each drop is swept in a transaction of its own, so that one that fails holds up no other. Any
//! number of instances may sweep: each takes rows that no other has. Orders past the pivot are never
//! touched; money that was authorized for the others is let go by the payments role.

mod setbacks;

use crate::{app::App, causes::with_causes, line_updates::LineUpdater, pause::pause_point};
use database::{
    DatabaseError,
    ordering::{
        holds::{self, Outcome},
        orders::EndedOrder,
    },
};
use setbacks::Setbacks;
use shared::{ids::DropId, lifecycle::TicketState, shutdown::Shutdown, telemetry::CounterName};
use std::time::Duration;
use tokio::time::sleep;

/// Orders ended in one transaction.
const BATCH: i64 = 500;
/// Drops looked at in one round.
const DROPS: i64 = 10_000;

/// Runs the role until the process stops.
pub async fn run(app: App, shutdown: Shutdown) {
    let (soft, updater) = (shutdown.soft(), LineUpdater::start(&app, &shutdown));
    let tick = Duration::from_millis(app.settings.orders.tick_ms.get());
    let mut sweeper = Sweeper { app, updater, setbacks: Setbacks::default() };
    while !soft.is_cancelled() {
        match sweeper.sweep().await {
            // A drop had more than fits into one transaction.
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => {
                let error = with_causes(error);
                tracing::warn!(error, "could not sweep; trying again at the next tick");
            }
        }
        soft.run_until_cancelled(sleep(tick)).await;
    }
}

struct Sweeper {
    app: App,
    updater: LineUpdater,
    setbacks: Setbacks,
}

/// Why orders are ended.
#[derive(Clone, Copy)]
enum Cause {
    HoldsRanOut,
    DropCancelled,
}

impl Sweeper {
    /// Ends what is due, of each drop at most so many, so that none waits for the backlog of
    /// another. Returns whether there is more. May run at any time, twice, or on two hosts.
    async fn sweep(&mut self) -> Result<bool, DatabaseError> {
        let pool = &self.app.pool;
        let due = holds::drops_with_due_holds(pool, DROPS).await?;
        let cancelled = holds::cancelled_drops_with_holds(pool, DROPS).await?;
        let due = due.into_iter().map(|drop_id| (drop_id, Cause::HoldsRanOut));
        let cancelled = cancelled.into_iter().map(|drop_id| (drop_id, Cause::DropCancelled));
        let mut has_more = false;
        for (drop_id, cause) in due.chain(cancelled) {
            if self.setbacks.is_left_alone(drop_id) {
                continue;
            }
            match self.sweep_drop(drop_id, cause).await {
                Ok(n_ended) => {
                    self.setbacks.forget(drop_id);
                    has_more |= n_ended as i64 == BATCH;
                }
                Err(error) => self.setbacks.note(drop_id, error),
            }
        }
        Ok(has_more)
    }

    /// Returns how many orders were ended.
    async fn sweep_drop(&self, drop_id: DropId, cause: Cause) -> Result<usize, DatabaseError> {
        let outcome = match cause {
            Cause::HoldsRanOut => holds::expire_due(&self.app.pool, drop_id, BATCH).await?,
            Cause::DropCancelled => holds::cancel_all(&self.app.pool, drop_id, BATCH).await?,
        };
        let n_ended = outcome.ended.len();
        if n_ended > 0 {
            pause_point!("sweeper.after_commit");
            self.report(drop_id, outcome);
        }
        Ok(n_ended)
    }

    fn report(&self, drop_id: DropId, outcome: Outcome) {
        let n_ended = outcome.ended.len();
        let is_expired = |order: &&EndedOrder| order.state == TicketState::Expired;
        let n_expired = outcome.ended.iter().filter(is_expired).count();
        CounterName::HoldsExpired.get().increment(n_expired as u64);
        tracing::info!(
            drop.id = %drop_id, n_ended, n_expired,
            "gave back the units of {n_ended} orders of drop {drop_id}, {n_expired} of them expired"
        );
        self.updater.ended(outcome);
    }
}
