//! What an operator lets a drop do comes to its room.

use crate::{
    SOON,
    test_line::{LineOptions, TestLine},
};
use database::selling::drops::{LimitsChange, ModeChange, NewLineCap, change_limits, change_mode};
use shared::{
    clock::{Clock as _, SystemClock},
    drops::DropMode,
    ids::ShopperId,
    line::JoinOutcome,
};
use std::time::Duration;
use testkit::wait_until;
use tokio::time::sleep;

/// Sets a mode, and waits until the room has it.
async fn set(line: &TestLine, mode: DropMode) {
    let until = (mode == DropMode::Maintenance).then(|| SystemClock.now());
    let change = ModeChange { mode, until, message: None };
    let (pool, drop_id) = (&line.app.pool, line.drop_id);
    change_mode(pool, drop_id, change, "operator:test", "a test").await.unwrap();
    wait_until("the mode in the room", SOON, async || {
        (line.header().await?.config.mode == mode).then_some(())
    })
    .await;
}

#[tokio::test]
async fn only_who_may_join_joins_and_only_who_may_be_let_in_is() {
    let line = TestLine::new(LineOptions::default()).await;
    line.pretend_processors().await;
    let shutdown = line.run("log,drain,scheduler");
    line.open(1).await;
    set(&line, DropMode::Paused).await;
    line.join(3).await;
    for mode in [DropMode::Hold, DropMode::Maintenance, DropMode::Stopped] {
        set(&line, mode).await;
        let refused = line.join_as(&[ShopperId::generate()]).await[0];
        assert!(!matches!(refused, JoinOutcome::Joined(..)), "{mode}: {refused:?}");
        sleep(Duration::from_millis(700)).await;
        assert_eq!(line.waiting().await.len(), 3, "{mode}");
    }

    set(&line, DropMode::Drain).await;
    wait_until("an empty line", SOON, async || line.waiting().await.is_empty().then_some(())).await;
    let refused = line.join_as(&[ShopperId::generate()]).await;
    assert_eq!(refused, [JoinOutcome::Draining]);
    set(&line, DropMode::Running).await;
    line.join(1).await;
    shutdown.begin();
}

#[tokio::test]
async fn the_end_of_maintenance_is_told_and_ends_nothing() {
    let line = TestLine::new(LineOptions::default()).await;
    let shutdown = line.run("log,scheduler");
    line.open(1).await;
    set(&line, DropMode::Maintenance).await;
    let config = line.header().await.unwrap().config;
    let until_us = config.mode_until_us.unwrap();
    assert!(until_us <= SystemClock.now().as_microsecond(), "it is over by the time that was told");
    sleep(Duration::from_secs(1)).await;
    assert_eq!(line.header().await.unwrap().config.mode, DropMode::Maintenance);
    let refused = line.join_as(&[ShopperId::generate()]).await;
    assert_eq!(refused, [JoinOutcome::Maintenance { until_us: Some(until_us) }]);
    shutdown.begin();
}

#[tokio::test]
async fn a_line_with_a_cap_of_its_own_is_full_at_it() {
    let line = TestLine::new(LineOptions::default()).await;
    let shutdown = line.run("log,scheduler");
    line.open(1).await;
    let of_setting = line.header().await.unwrap().config.capacity;
    let cap = async |line_cap| {
        let change = LimitsChange { line_cap: Some(line_cap), ..LimitsChange::default() };
        let (pool, drop_id) = (&line.app.pool, line.drop_id);
        change_limits(pool, drop_id, change, "operator:test", "a test").await.unwrap();
        let wanted = match line_cap {
            NewLineCap::OfSetting => of_setting,
            NewLineCap::Tickets(cap) => cap,
        };
        wait_until("the cap in the room", SOON, async || {
            (line.header().await?.config.capacity == wanted).then_some(())
        })
        .await;
    };
    cap(NewLineCap::Tickets(2)).await;
    line.join(2).await;
    assert_eq!(line.join_as(&[ShopperId::generate()]).await, [JoinOutcome::Full]);
    cap(NewLineCap::OfSetting).await;
    line.join(1).await;
    shutdown.begin();
}
