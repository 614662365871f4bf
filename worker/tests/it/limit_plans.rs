//! Planned changes of limits come to the room by the clock, whichever worker is there.

use crate::{
    SOON,
    test_line::{LineOptions, TestLine, run},
};
use database::selling::drops::{LimitsChange, NewLimitPlan, make_limit_plan};
use jiff::{SignedDuration, Timestamp};
use shared::clock::{Clock as _, SystemClock};
use std::time::Duration;
use testkit::wait_until;
use tokio::time::sleep;

/// A step is taken within a second of its time; a loaded machine gets two more.
const LATE: Duration = Duration::from_secs(3);

/// Plans another rate, from so many milliseconds from now on.
async fn plan(line: &TestLine, rate: f64, in_ms: i64, over_seconds: u32) -> Timestamp {
    let change = LimitsChange { admission_rate_per_second: Some(rate), ..LimitsChange::default() };
    let begins_at = SystemClock.now() + SignedDuration::from_millis(in_ms);
    let new_plan = NewLimitPlan { change, begins_at, over_seconds };
    let (pool, drop_id) = (&line.app.pool, line.drop_id);
    make_limit_plan(pool, drop_id, &new_plan, "operator:test", "a test").await.unwrap();
    begins_at
}

/// The rate that the room has.
async fn rate(line: &TestLine) -> f64 {
    line.header().await.unwrap().config.admission_rate_per_second
}

/// Looks at the room until it has this rate; returns every rate that was seen, in order.
async fn rates_until(line: &TestLine, last: f64) -> Vec<f64> {
    let mut seen = vec![rate(line).await];
    let looking = async {
        while (seen[seen.len() - 1] - last).abs() > 1e-9 {
            sleep(Duration::from_millis(20)).await;
            let now = rate(line).await;
            if (seen[seen.len() - 1] - now).abs() > 1e-9 {
                seen.push(now);
            }
        }
    };
    let is_over = tokio::time::timeout(SOON, looking).await;
    assert!(is_over.is_ok(), "it never came to {last}: {seen:?}");
    seen
}

async fn actions(line: &TestLine) -> Vec<String> {
    sqlx::query_scalar("select action from audit_log where action like 'drop.limits%' order by id")
        .fetch_all(&line.app.pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_ramp_moves_the_rate_of_the_room_a_second_at_a_time_and_is_written_down_twice() {
    let line = TestLine::new(LineOptions { rate: 10.0, ..LineOptions::default() }).await;
    let shutdown = line.run("log,scheduler");
    line.open(1).await;

    let begins_at = plan(&line, 50.0, 300, 4).await;
    let seen = rates_until(&line, 50.0).await;

    let took = SystemClock.now().duration_since(begins_at);
    assert!(took >= SignedDuration::from_secs(4), "{took}");
    assert!(took < SignedDuration::from_secs(7), "{took}");
    // A busy machine may miss one.
    assert!(seen.len() >= 4, "{seen:?}");
    for rate in &seen {
        let is_a_step =
            [10.0, 20.0, 30.0, 40.0, 50.0].iter().any(|step: &f64| (step - rate).abs() < 1e-6);
        assert!(is_a_step, "{seen:?}");
    }
    assert!(seen.is_sorted(), "{seen:?}");
    let expected = ["drop.limits_plan", "drop.limits_ramp_begin", "drop.limits_ramp_end"];
    assert_eq!(actions(&line).await, expected);
    shutdown.begin();
}

#[tokio::test]
async fn a_ramp_goes_on_by_the_clock_when_its_worker_was_away() {
    let line = TestLine::new(LineOptions { rate: 10.0, ..LineOptions::default() }).await;
    let (first, second) = (line.run("log,scheduler"), line.another_app().await);
    line.open(1).await;
    let begins_at = plan(&line, 1_010.0, 0, 100).await;
    wait_until("a ramp that has begun", SOON, async || (rate(&line).await > 10.5).then_some(()))
        .await;
    first.begin();
    first.wait(SOON).await;
    let left_at = rate(&line).await;
    sleep(Duration::from_secs(4)).await;
    assert!((rate(&line).await - left_at).abs() < 1e-9, "nobody is there");

    let shutdown = run(&second, "log,scheduler");
    // Ten more each second: whoever went on from where it was left would stay behind for good.
    wait_until("the rate of this moment", SOON, async || {
        let gone_s = SystemClock.now().duration_since(begins_at).as_secs();
        (rate(&line).await >= 10.0 + 10.0 * (gone_s - 2) as f64).then_some(())
    })
    .await;
    shutdown.begin();
}

#[tokio::test]
async fn a_change_at_a_time_is_brought_to_the_room_then_and_not_before() {
    let line = TestLine::new(LineOptions { rate: 10.0, ..LineOptions::default() }).await;
    let shutdown = line.run("log,scheduler");
    line.open(1).await;

    let begins_at = plan(&line, 7.5, 1_500, 0).await;
    let seen = rates_until(&line, 7.5).await;

    let late = SystemClock.now().duration_since(begins_at);
    assert!(late >= SignedDuration::ZERO, "{late} early");
    assert!(late < SignedDuration::try_from(LATE).unwrap(), "{late} late");
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert_eq!(actions(&line).await, ["drop.limits_plan", "drop.limits"]);
    shutdown.begin();
}
