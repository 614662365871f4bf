//! A4: while what stands behind the line is strained, fewer are let in, and as many again afterwards.

use crate::{
    SOON,
    test_line::{LineOptions, TestLine},
};
use testkit::wait_until;

/// A second: twenty may come in, and two do while orders are as slow as they can be.
const RATE: f64 = 20.0;
/// With two a second these would take longer than the test waits.
const N_PEOPLE: usize = 300;
const N_EASED: usize = 20;
/// So many at two a second take nine seconds; what one look allows may come at once, and late.
const LEAST_US: i64 = 5_000_000;

/// Writes down that a batch of orders takes a minute, from now on.
async fn pretend_slow_commits(line: &TestLine) {
    sqlx::query(
        "insert into drop_history (drop_id, step_s, at, placed, confirmed, lost, held, sold,
             available, revenue_minor, admission_rate_per_second, commit_ms, provider_errors,
             breaker)
         select id, 1, now() + interval '1 hour', 0, 0, 0, 0, 0, 0, 0, 0, 60000, 0, 0 from drops",
    )
    .execute(&line.app.pool)
    .await
    .unwrap();
}

#[tokio::test]
async fn while_orders_take_long_to_write_a_part_is_let_in_and_then_all_again() {
    let units = N_PEOPLE.try_into().unwrap();
    let line = TestLine::new(LineOptions { units, rate: RATE, ..LineOptions::default() }).await;
    pretend_slow_commits(&line).await;
    let shutdown = line.run("log,drain,orders,scheduler");
    line.open(1).await;
    line.join(N_PEOPLE).await;

    let eased = wait_until("some commands", SOON, async || {
        let commands = line.commands().await;
        (commands.len() >= N_EASED).then_some(commands)
    })
    .await;
    let took_us = eased[N_EASED - 1].admitted_at_us - eased[0].admitted_at_us;
    assert!(took_us >= LEAST_US, "{N_EASED} came in within {took_us} µs");

    let over = "delete from drop_history where commit_ms = 60000";
    sqlx::query(over).execute(&line.app.pool).await.unwrap();
    wait_until("all commands", SOON, async || {
        (line.commands().await.len() == N_PEOPLE).then_some(())
    })
    .await;
    shutdown.begin();
}
