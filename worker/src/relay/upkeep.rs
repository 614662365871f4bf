//! Upkeep: partitions of the journal are made ahead and dropped when they are old, what is kept for a
//! while only is forgotten, and what waits is counted.

use crate::{app::App, causes::with_causes};
use database::{
    DatabaseError,
    journal::{self, partitions},
    line::admission_history,
    selling::history,
    workers::{heartbeats, owned_work, tidy},
};
use jiff::{ToSpan as _, civil::Date, tz::TimeZone};
use shared::telemetry::GaugeName;
use std::time::Duration;
use tokio::time::Instant;

/// Partitions made ahead, days: as long as nobody may notice that none is made.
const DAYS_AHEAD: u32 = 7;
const COUNT_EVERY: Duration = Duration::from_secs(10);
const THIN_EVERY: Duration = Duration::from_secs(60);
const TIDY_EVERY: Duration = Duration::from_secs(3600);

/// When each was last done.
#[derive(Debug, Default)]
pub(super) struct Upkeep {
    counted_at: Option<Instant>,
    thinned_at: Option<Instant>,
    tidied_at: Option<Instant>,
}

impl Upkeep {
    /// Does what is due. What fails is logged and done again when it is due the next time.
    pub(super) async fn do_due(&mut self, app: &App) {
        let now = Instant::now();
        if is_due(&mut self.tidied_at, TIDY_EVERY, now) {
            log(make_partitions(app).await, "make partitions of the journal");
            log(drop_partitions(app).await, "drop old partitions of the journal");
            log(forget(app).await, "forget what is old");
        }
        if is_due(&mut self.counted_at, COUNT_EVERY, now) {
            log(count(app).await, "count what waits in the journal");
        }
        if is_due(&mut self.thinned_at, THIN_EVERY, now) {
            let thinned = thin(app).await;
            if matches!(thinned, Ok(true)) {
                // More is due, but what waits to be published comes first.
                self.thinned_at = None;
            }
            log(thinned.map(|_| ()), "thin what charts show");
        }
    }
}

fn is_due(done_at: &mut Option<Instant>, every: Duration, now: Instant) -> bool {
    let is_due = done_at.is_none_or(|done_at| now - done_at >= every);
    if is_due {
        *done_at = Some(now);
    }
    is_due
}

fn log(done: Result<(), DatabaseError>, what: &str) {
    if let Err(error) = done {
        let error = with_causes(error);
        tracing::warn!(error, "could not {what}");
    }
}

async fn make_partitions(app: &App) -> Result<(), DatabaseError> {
    let n_new = partitions::make_ahead(&app.pool, today(app), DAYS_AHEAD).await?;
    if n_new > 0 {
        tracing::info!(n_new, "made {n_new} partitions of the journal");
    }
    Ok(())
}

async fn drop_partitions(app: &App) -> Result<(), DatabaseError> {
    let keep_days = app.settings.relay.keep_days.get();
    let before = today(app).saturating_sub(i64::from(keep_days).days());
    let n_dropped = partitions::drop_old(&app.pool, before).await?;
    if n_dropped > 0 {
        tracing::info!(n_dropped, "dropped {n_dropped} partitions of the journal");
    }
    Ok(())
}

async fn forget(app: &App) -> Result<(), DatabaseError> {
    heartbeats::forget_old(&app.pool).await?;
    owned_work::forget_old(&app.pool).await?;
    while tidy::forget_provider_events(&app.pool).await? > 0 {}
    Ok(())
}

/// Thins the histories; returns whether more of them is due.
async fn thin(app: &App) -> Result<bool, DatabaseError> {
    let of_drops = history::thin(&app.pool).await?;
    let of_admission = admission_history::thin(&app.pool).await?;
    Ok(of_drops >= history::THIN_BATCH || of_admission >= admission_history::THIN_BATCH)
}

async fn count(app: &App) -> Result<(), DatabaseError> {
    GaugeName::EventsWaiting.get().set(journal::n_waiting(&app.pool).await? as f64);
    let n_rows = partitions::n_in_default(&app.pool).await?;
    GaugeName::JournalInDefault.get().set(n_rows as f64);
    if n_rows > 0 {
        tracing::error!(
            n_rows,
            "{n_rows} rows of the journal have no partition of their own: partitions are not made"
        );
    }
    Ok(())
}

/// The journal's days are those of UTC.
fn today(app: &App) -> Date {
    TimeZone::UTC.to_datetime(app.clock.now()).date()
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::TestDatabase;

    #[test]
    fn what_was_done_is_due_again_later() {
        let (mut done_at, now) = (None, Instant::now());
        assert!(is_due(&mut done_at, COUNT_EVERY, now));
        assert!(!is_due(&mut done_at, COUNT_EVERY, now));
        assert!(is_due(&mut done_at, COUNT_EVERY, now + COUNT_EVERY));
    }

    #[tokio::test]
    async fn old_callbacks_are_forgotten_until_none_is_left() {
        let database = TestDatabase::create().await;
        // Nothing listens there, and nothing is asked.
        let kafka = ("SLUICE_KAFKA__BROKERS", "127.0.0.1:1");
        let settings = testkit::settings([("SLUICE_DATABASE__URL", database.url()), kafka]);
        let app = App::connect(settings).await.unwrap();
        // More than two statements delete.
        let callbacks = "insert into provider_events (event_id, payment_ref, type, received_at)
            select 'old' || n, 'p', 't', now() - interval '8 days' from generate_series(1, 20500) n
            union all select 'young', 'p', 't', now()";
        sqlx::query(callbacks).execute(database.pool()).await.unwrap();

        forget(&app).await.unwrap();

        let left = "select array_agg(event_id) from provider_events";
        assert_eq!(database.scalar::<Vec<String>>(left).await, ["young"]);
    }
}
