//! Planned changes of limits, and undone ones.

use crate::fixture::{DropOptions, TestDrop};
use database::selling::drops::{
    self, ChangeDropError, DropLimits, LimitPlan, LimitsChange, ModeChange, NewLimitPlan,
};
use jiff::SignedDuration;
use serde_json::Value;
use shared::{
    clock::{Clock as _, SystemClock},
    drops::{DropMode, Limits},
};

/// Seconds of a ramp that raises the rate by one each second.
const OVER_SECONDS: u32 = 1_000;
const BEFORE: f64 = 50.0;
const AFTER: f64 = 1_050.0;
/// Who ended a plan by a change of their own.
const BY_HAND: (&str, &str) = ("operator:bob", "drop.limits_plan_end");

/// A rate and a cap.
fn change() -> LimitsChange {
    LimitsChange {
        admission_rate_per_second: Some(AFTER),
        occupancy_cap: Some(7),
        ..LimitsChange::default()
    }
}

/// Plans a change that began so many seconds ago.
async fn plan(test_drop: &TestDrop, seconds_ago: i64, over_seconds: u32) -> LimitPlan {
    let begins_at = SystemClock.now() - SignedDuration::from_secs(seconds_ago);
    let new_plan = NewLimitPlan { change: change(), begins_at, over_seconds };
    let TestDrop { pool, drop_id, .. } = test_drop;
    drops::make_limit_plan(pool, *drop_id, &new_plan, "operator:ann", "a test").await.unwrap()
}

async fn step(test_drop: &TestDrop) -> Option<DropLimits> {
    drops::step_limit_plan(&test_drop.pool, test_drop.drop_id).await.unwrap()
}

async fn limits(test_drop: &TestDrop) -> DropLimits {
    drops::find_limits(&test_drop.pool, test_drop.drop_id).await.unwrap().unwrap()
}

async fn rate(test_drop: &TestDrop) -> f64 {
    limits(test_drop).await.limits.admission_rate_per_second
}

async fn is_due(test_drop: &TestDrop) -> bool {
    !drops::due_limit_plans(&test_drop.pool).await.unwrap().is_empty()
}

async fn has_plan(test_drop: &TestDrop) -> bool {
    let found = drops::find_limit_plan(&test_drop.pool, test_drop.drop_id).await;
    found.unwrap().is_some()
}

async fn undo(test_drop: &TestDrop) -> Result<DropLimits, ChangeDropError> {
    drops::undo_limits(&test_drop.pool, test_drop.drop_id, "operator:ann", "a test").await
}

/// Lets so much time pass for the plan.
async fn pass(test_drop: &TestDrop, seconds: f64) {
    sqlx::query(
        "update limit_plans set begins_at = begins_at - $1 * interval '1 second',
             next_at = next_at - $1 * interval '1 second'",
    )
    .bind(seconds)
    .execute(&test_drop.pool)
    .await
    .unwrap();
}

/// An entry of the audit log, with the rates and versions before and after.
#[derive(Debug)]
struct Written {
    actor: String,
    action: String,
    rates: [Option<f64>; 2],
    versions: [Option<i64>; 2],
}

async fn written(test_drop: &TestDrop) -> Vec<Written> {
    let rows: Vec<(String, String, Option<Value>, Option<Value>)> =
        sqlx::query_as("select actor, action, old, new from audit_log order by id")
            .fetch_all(&test_drop.pool)
            .await
            .unwrap();
    let rate = |limits: &Option<Value>| {
        limits.as_ref()?.pointer("/limits/admission_rate_per_second")?.as_f64()
    };
    let version = |limits: &Option<Value>| limits.as_ref()?.get("version")?.as_i64();
    let told = |(actor, action, old, new)| Written {
        actor,
        action,
        rates: [rate(&old), rate(&new)],
        versions: [version(&old), version(&new)],
    };
    rows.into_iter().map(told).collect()
}

/// Numbers that went through the audit log may be a hair off.
fn is_near(rate: f64, other: f64) -> bool {
    (rate - other).abs() < 1e-6
}

/// Whether a rate is one of a ramp that began so long ago, give or take what the test takes itself.
fn is_of_step(rate: f64, step: f64) -> bool {
    (BEFORE + step - 1e-6..BEFORE + step + 30.0).contains(&rate) && is_near(rate, rate.round())
}

#[tokio::test]
async fn a_ramp_takes_the_step_of_its_time_and_has_a_row_for_its_begin_and_one_for_its_end() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let made = plan(&test_drop, 100, OVER_SECONDS).await;
    assert_eq!((made.limits.before.occupancy_cap, made.limits.target.occupancy_cap), (1000, 7));
    assert_eq!(rate(&test_drop).await, BEFORE, "nobody has taken a step yet");
    assert!(is_due(&test_drop).await);

    let first = step(&test_drop).await.unwrap();
    assert!(is_of_step(first.limits.admission_rate_per_second, 100.0), "{:?}", first.limits);
    assert_eq!((first.limits.occupancy_cap, first.version), (7, 2), "the cap jumps");
    pass(&test_drop, 400.0).await;
    assert!(is_of_step(step(&test_drop).await.unwrap().limits.admission_rate_per_second, 500.0));
    pass(&test_drop, 500.0).await;
    let last = step(&test_drop).await.unwrap();
    assert_eq!((last.limits.admission_rate_per_second, last.version), (AFTER, 4));
    assert!(!has_plan(&test_drop).await && !is_due(&test_drop).await);
    assert_eq!(step(&test_drop).await, None);

    let written = written(&test_drop).await;
    let who: Vec<_> = written.iter().map(|row| (row.actor.as_str(), row.action.as_str())).collect();
    let expected = [
        ("operator:ann", "drop.limits_plan"),
        ("scheduler", "drop.limits_ramp_begin"),
        ("scheduler", "drop.limits_ramp_end"),
    ];
    assert_eq!(who, expected);
    for (row, versions) in [(&written[1], [1, 2]), (&written[2], [2, 4])] {
        assert_eq!(row.rates, [BEFORE, AFTER].map(Some));
        assert_eq!(row.versions, versions.map(Some));
    }
}

#[tokio::test]
async fn a_change_at_a_time_is_made_once_then_and_not_before() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    plan(&test_drop, -3_600, 0).await;
    assert!(!is_due(&test_drop).await);
    assert_eq!(step(&test_drop).await, None, "whoever comes early changes nothing");
    assert!(has_plan(&test_drop).await);

    pass(&test_drop, 3_600.0).await;
    let (pool, drop_id) = (&test_drop.pool, test_drop.drop_id);
    let take = || drops::step_limit_plan(pool, drop_id);
    let taken = tokio::join!(take(), take(), take());
    let taken = [taken.0, taken.1, taken.2].map(|taken| taken.unwrap().is_some());
    assert_eq!(taken.into_iter().filter(|changed| *changed).count(), 1, "of three workers at once");
    let now = limits(&test_drop).await;
    assert_eq!((now.limits.admission_rate_per_second, now.version), (AFTER, 2));
    let written = written(&test_drop).await;
    assert_eq!(written.len(), 2);
    assert_eq!(written[1].action, "drop.limits");
}

#[tokio::test]
async fn a_ramp_that_nobody_saw_ends_where_it_leads() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    plan(&test_drop, 5_000, OVER_SECONDS).await;
    let new = step(&test_drop).await.unwrap();
    assert_eq!((new.limits.admission_rate_per_second, new.version), (AFTER, 2));
    assert!(!has_plan(&test_drop).await);
}

#[tokio::test]
async fn a_change_by_hand_ends_a_ramp_where_it_is() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    plan(&test_drop, 100, OVER_SECONDS).await;
    let reached = step(&test_drop).await.unwrap().limits.admission_rate_per_second;
    let by_hand = LimitsChange { order_rate_per_second: Some(9.0), ..LimitsChange::default() };
    let TestDrop { pool, drop_id, .. } = &test_drop;
    drops::change_limits(pool, *drop_id, by_hand, "operator:bob", "by hand").await.unwrap();
    assert!(!has_plan(&test_drop).await);
    pass(&test_drop, 500.0).await;
    assert_eq!(step(&test_drop).await, None);
    assert_eq!(rate(&test_drop).await, reached);

    let written = written(&test_drop).await;
    let [.., ended, changed] = &written[..] else { panic!("{written:?}") };
    assert_eq!((ended.actor.as_str(), ended.action.as_str()), BY_HAND);
    assert!(is_near(ended.rates[1].unwrap(), reached), "{ended:?}");
    assert_eq!((ended.rates[0], ended.versions), (Some(BEFORE), [Some(2), Some(2)]));
    assert_eq!(changed.action, "drop.limits");
    let undone = undo(&test_drop).await.unwrap().limits;
    assert!(is_near(undone.admission_rate_per_second, reached), "{undone}");
    assert!(is_near(undone.order_rate_per_second, 100_000.0), "the change by hand was the last");
}

#[tokio::test]
async fn an_undone_ramp_brings_back_what_was_before_it() {
    for seconds_ago in [100, 5_000] {
        let test_drop = TestDrop::new(DropOptions::default()).await;
        let TestDrop { pool, drop_id, .. } = &test_drop;
        let refused = undo(&test_drop).await;
        assert!(matches!(refused, Err(ChangeDropError::NothingToUndo)), "{refused:?}");
        plan(&test_drop, seconds_ago, OVER_SECONDS).await;
        let reached = step(&test_drop).await.unwrap().limits;
        let pause = ModeChange { mode: DropMode::Paused, until: None, message: None };
        drops::change_mode(pool, *drop_id, pause, "operator:ann", "a test").await.unwrap();

        let undone = undo(&test_drop).await.unwrap();
        let Limits { admission_rate_per_second, occupancy_cap, .. } = undone.limits;
        assert_eq!((admission_rate_per_second, occupancy_cap), (BEFORE, 1000));
        assert_eq!(undone.mode, DropMode::Paused, "a mode is no limit");
        assert!(!has_plan(&test_drop).await);
        let redone = undo(&test_drop).await.unwrap().limits;
        let rates = [redone, reached].map(|limits| limits.admission_rate_per_second);
        assert!(is_near(rates[0], rates[1]), "{rates:?}");
        assert_eq!(redone.occupancy_cap, 7);
    }
}

#[tokio::test]
async fn the_plan_of_a_drop_that_is_over_ends() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    plan(&test_drop, -3_600, OVER_SECONDS).await;
    assert!(!is_due(&test_drop).await);
    let over = "update drops set state = 'closed', ended_at = now()";
    sqlx::query(over).execute(&test_drop.pool).await.unwrap();
    assert!(is_due(&test_drop).await);
    assert_eq!(step(&test_drop).await, None);
    assert!(!has_plan(&test_drop).await);
    let written = written(&test_drop).await;
    let ended = (written[1].actor.as_str(), written[1].action.as_str());
    assert_eq!(ended, ("scheduler", "drop.limits_plan_end"));
}

#[tokio::test]
async fn only_maintenance_has_an_end_that_is_told() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let TestDrop { pool, drop_id, .. } = &test_drop;
    let until = Some(SystemClock.now());
    for mode in DropMode::ALL {
        let change = ModeChange { mode: *mode, until, message: None };
        let now = drops::change_mode(pool, *drop_id, change, "operator:ann", "a test").await;
        assert_eq!(now.unwrap().mode_until.is_some(), *mode == DropMode::Maintenance, "{mode}");
    }
    let wrong = "update drops set mode = 'running', mode_until = now()";
    let error = sqlx::query(wrong).execute(pool).await.unwrap_err().into_database_error().unwrap();
    assert_eq!(error.constraint(), Some("drop_until_of_maintenance"));
}
