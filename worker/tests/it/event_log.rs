//! Room events reach `queue-events` in their order, one chain per drop.

use crate::{
    SOON,
    test_line::{LineOptions, TestLine, run},
    wakes::OwnRedis,
};
use database::{line::epochs, selling::scheduling::EpochState};
use shared::{
    decide::chain::EventChain,
    line::{ChainHash, Epoch, RoomEvent},
    messages::QueueEventV1,
};
use stack::kafka::embedded::EmbeddedBroker;
use std::time::Duration;
use testkit::wait_until;
use tokio::time::sleep;
use worker::{
    App,
    event_log::{LogError, history::History},
};

/// The chain of the drop, as a reader of the log sees it; empty when Kafka is busy.
pub(crate) async fn chain(line: &TestLine) -> Vec<QueueEventV1> {
    chain_in(&line.app, line).await
}

pub(crate) async fn chain_in(app: &App, line: &TestLine) -> Vec<QueueEventV1> {
    read_chain(app, line).await.unwrap_or_default()
}

async fn read_chain(app: &App, line: &TestLine) -> Result<Vec<QueueEventV1>, LogError> {
    let row = line.row().await.unwrap();
    let range = app.log_info.offsets(&app.topics.queue_events, row.partition).await?;
    let followed = epochs::followed(&app.pool, line.drop_id).await?;
    let chain = EventChain::new(None, row.epoch, &followed);
    let mut history = History::open(app, line.drop_id, row.partition, range, chain).await?;
    let mut events = Vec::new();
    while let Some(more) = history.next().await? {
        events.extend(more.into_iter().map(|logged| logged.event));
    }
    Ok(events)
}

pub(crate) fn joined(events: &[QueueEventV1]) -> usize {
    let joined = |event: &QueueEventV1| match &event.event {
        RoomEvent::Joined { tickets } => tickets.len(),
        _ => 0,
    };
    events.iter().map(joined).sum()
}

/// How many were told again, as those are whom the log may not know.
pub(crate) fn told_again(events: &[QueueEventV1]) -> usize {
    let told_again = |event: &QueueEventV1| match &event.event {
        RoomEvent::Attached { tickets } => tickets.len(),
        _ => 0,
    };
    events.iter().map(told_again).sum()
}

pub(crate) async fn wait_for_joins(line: &TestLine, count: usize) -> Vec<QueueEventV1> {
    wait_until("logged joins", SOON, async || {
        let events = chain(line).await;
        (joined(&events) >= count).then_some(events)
    })
    .await
}

#[tokio::test]
async fn joins_are_logged_in_one_chain() {
    let line = TestLine::new(LineOptions::default()).await;
    let shutdown = line.run("log,scheduler");
    line.open(1).await;
    for _ in 0..5 {
        line.join(20).await;
    }

    let events = wait_for_joins(&line, 100).await;

    assert_eq!(joined(&events), 100);
    assert!(matches!(events[0].event, RoomEvent::Begun { follows: None, .. }));
    assert_eq!(events[0].previous, ChainHash::default());
    for pair in events.windows(2) {
        assert_eq!(pair[1].previous, pair[0].hash);
        assert_eq!(pair[1].evn, pair[0].evn + 1);
    }
    shutdown.begin();
}

#[tokio::test]
async fn a_writer_that_comes_after_another_goes_on_in_the_same_chain() {
    let line = TestLine::new(LineOptions::default()).await;
    let first = line.run("log,scheduler");
    line.open(1).await;
    line.join(10).await;
    wait_for_joins(&line, 10).await;
    first.begin();
    first.wait(SOON).await;
    // Joined while nobody logs.
    line.join(10).await;

    let other = line.another_app().await;
    let second = run(&other, "log,scheduler");

    let events = wait_for_joins(&line, 20).await;
    assert!(events.windows(2).all(|pair| pair[1].previous == pair[0].hash));
    assert_eq!(joined(&events), 20);
    second.begin();
}

#[tokio::test]
async fn a_replaced_log_is_noticed_and_goes_on_in_the_same_chain() {
    let brokers = [EmbeddedBroker::start().unwrap(), EmbeddedBroker::start().unwrap()];
    for broker in &brokers {
        broker.create_topics("x-", 4).unwrap();
    }
    let settings = vec![
        ("SLUICE_KAFKA__BROKERS", brokers[0].brokers().to_owned()),
        ("SLUICE_KAFKA__TOPIC_PREFIX", "x-".to_owned()),
        ("SLUICE_KAFKA__PARTITIONS", "4".to_owned()),
    ];
    let line = TestLine::new(LineOptions { settings, ..LineOptions::default() }).await;
    let first = line.run("log,scheduler");
    line.open(1).await;
    line.join(10).await;
    let before = wait_for_joins(&line, 10).await;
    first.begin();
    first.wait(SOON).await;

    let mut settings = (*line.app.settings).clone();
    settings.kafka.brokers = brokers[1].brokers().to_owned();
    let other = App::connect(settings).await.unwrap();
    let second = run(&other, "log,scheduler");
    line.join(5).await;

    let after = wait_until("joins in the new log", SOON, async || {
        let events = chain_in(&other, &line).await;
        (joined(&events) >= 5).then_some(events)
    })
    .await;
    assert_eq!(after[0].previous, before.last().unwrap().hash, "one chain through both logs");
    assert!(told_again(&after) >= 10, "the new log knows who waits");
    let told: i64 =
        line.database.scalar("select count(*) from audit_log where action = 'log.replaced'").await;
    assert_eq!(told, 1);
    second.begin();
}

#[tokio::test]
async fn who_waits_is_announced_by_the_next_instance_if_one_died_after_opening_the_room() {
    let line = TestLine::new(LineOptions::default()).await;
    let first = line.run("log,scheduler");
    line.open(1).await;
    line.join(5).await;
    let before = wait_for_joins(&line, 5).await;
    assert_eq!(told_again(&before), 0);
    first.begin();
    first.wait(SOON).await;
    // The log had taken the place of another: it may not know all who wait.
    sqlx::query(
        "update drops set epoch_state = 'rebuilding', events_start_generation = 2 where id = $1",
    )
    .bind(line.drop_id)
    .execute(&line.app.pool)
    .await
    .unwrap();

    let other = line.another_app().await;
    let second = run(&other, "log,scheduler");

    wait_until("those who wait in the log", SOON, async || {
        (told_again(&chain(&line).await) >= 5).then_some(())
    })
    .await;
    let row = line.row().await.unwrap();
    assert_eq!((row.epoch, row.epoch_state), (Epoch(1), EpochState::Open));
    second.begin();
}

#[tokio::test]
async fn a_room_in_which_nothing_happens_is_hardly_looked_at() {
    let own = OwnRedis::new(100).await;
    let line = &own.line;
    let shutdown = line.run("log,reconciler,scheduler");
    line.open(1).await;
    sleep(Duration::from_secs(2)).await;

    own.assert_hardly_asked(2).await;
    line.join(3).await;
    wait_for_joins(line, 3).await;
    shutdown.begin();
    own.servers.stop().await.unwrap();
}
