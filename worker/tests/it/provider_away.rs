//! While the payment provider does not answer nobody is let in, so that no hold runs out for it.

use crate::{
    SOON, payments,
    test_line::{LineOptions, TestLine},
    test_worker::TestWorker,
};
use std::time::Duration;
use testkit::wait_until;
use tokio::time::sleep;

const N_PEOPLE: usize = 20;
/// As long as the provider may take to answer, and not longer: two calls and a second. All orders are
/// placed within that.
const HOLD: &str = "update drops set hold_seconds = 9";
const TIMEOUT_MS: &str = "4000";
/// Whoever got an order as it began has lost it when it is over.
const OUTAGE: Duration = Duration::from_secs(11);

/// Gives the signs of life of a worker that cannot reach the provider.
async fn pretend_outage(line: &TestLine) {
    sqlx::query(
        "insert into heartbeats (instance, role, beat_at)
         select 'test', sign, now() + interval '1 hour'
         from unnest(array['payments', 'provider_away']) s (sign)",
    )
    .execute(&line.app.pool)
    .await
    .unwrap();
}

#[tokio::test]
async fn nobody_is_let_in_while_the_provider_is_away_and_no_hold_runs_out() {
    let settings = vec![("SLUICE_PAYMENTS__TIMEOUT_MS", TIMEOUT_MS.to_owned())];
    let line = TestLine::new(LineOptions { settings, ..LineOptions::default() }).await;
    sqlx::query(HOLD).execute(&line.app.pool).await.unwrap();
    pretend_outage(&line).await;
    let shutdown = line.run("log,drain,orders,sweeper,scheduler");
    line.open(1).await;
    line.join(N_PEOPLE).await;

    sleep(OUTAGE).await;
    assert_eq!(line.commands().await.len(), 0, "nobody could pay");
    assert_eq!(line.waiting().await.len(), N_PEOPLE);

    let over = "delete from heartbeats where role = 'provider_away'";
    sqlx::query(over).execute(&line.app.pool).await.unwrap();
    wait_until("orders whose holds go on", SOON, async || {
        let reserved = "select count(*) from orders where state = 'reserved'";
        (line.database.scalar::<i64>(reserved).await == N_PEOPLE as i64).then_some(())
    })
    .await;
    shutdown.begin();
}

#[tokio::test]
async fn who_lets_people_in_is_told_that_no_call_is_answered() {
    let nowhere = [("SLUICE_PAYMENTS__PROVIDER_URL", "http://127.0.0.1:1".to_owned())];
    let worker = TestWorker::new(&nowhere).await;
    // Enough of them that the provider is to blame.
    for _ in 0..40 {
        worker.pay("pm_card_approve").await;
    }

    payments::start(&worker);
    wait_until("a sign that the provider is away", SOON, async || {
        let signs = "select count(*) from heartbeats where role = 'provider_away'";
        (worker.number(signs).await > 0).then_some(())
    })
    .await;
}
