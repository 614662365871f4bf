//! A worker on a machine whose clock is wrong: what it compares the time with is the servers'.

use crate::{
    SOON,
    test_line::{LineOptions, TestLine, run},
};
use jiff::SignedDuration;
use std::sync::Arc;
use testkit::{WrongClock, wait_until};

const N_PEOPLE: usize = 40;
/// All roles but the one that needs a provider.
const ROLES: &str = "log,drain,orders,sweeper,reconciler,relay,scheduler";

async fn sells_as_ever(ahead: SignedDuration) {
    let line = TestLine::new(LineOptions::default()).await;
    sqlx::query("update drops set hold_seconds = 600").execute(&line.app.pool).await.unwrap();
    let app = line.app.clone().on_machine_with(Arc::new(WrongClock(ahead)));
    let shutdown = run(&app, ROLES);
    wait_until("the first sign of life, before which it asks for the time", SOON, async || {
        let signs = "select count(*) from heartbeats";
        (line.database.scalar::<i64>(signs).await > 0).then_some(())
    })
    .await;
    line.open(1).await;
    line.join(N_PEOPLE).await;

    let reserved = "select count(*) from orders where state = 'reserved'";
    wait_until("orders of all", SOON, async || {
        (line.database.scalar::<i64>(reserved).await == N_PEOPLE as i64).then_some(())
    })
    .await;
    // The hour is not taken for one that commands have waited, or nearly nobody would be let in.
    let lag = "select coalesce(max(command_lag_ms), -1)::bigint from drop_history";
    let lag_ms = wait_until("a row of the orders", SOON, async || {
        Some(line.database.scalar::<i64>(lag).await).filter(|lag_ms| *lag_ms >= 0)
    })
    .await;
    assert!(lag_ms < SOON.as_millis() as i64, "{lag_ms} ms");
    let eased = "select count(*) from drop_history where held_up_by = 'eased_by_lag'";
    assert_eq!(line.database.scalar::<i64>(eased).await, 0);

    // Holds run out when Postgres says so, and not an hour before or after.
    assert_eq!(line.database.scalar::<i64>(reserved).await, N_PEOPLE as i64);
    sqlx::query("update orders set hold_expires_at = now() - interval '1 second'")
        .execute(&line.app.pool)
        .await
        .unwrap();
    wait_until("holds that ran out", SOON, async || {
        let expired = "select count(*) from orders where state = 'expired'";
        (line.database.scalar::<i64>(expired).await == N_PEOPLE as i64).then_some(())
    })
    .await;
    shutdown.begin();
}

#[tokio::test]
async fn a_worker_whose_clock_is_an_hour_ahead_lets_in_and_sells_as_ever() {
    sells_as_ever(SignedDuration::from_hours(1)).await;
}

#[tokio::test]
async fn a_worker_whose_clock_is_an_hour_behind_lets_in_and_sells_as_ever() {
    sells_as_ever(SignedDuration::from_hours(-1)).await;
}
