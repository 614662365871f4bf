//! Redis is lost while Kafka is away: no epoch is used up before a room can be built.

use crate::{SOON, event_log::wait_for_joins, test_line::run, wakes::OwnRedis};
use database::selling::scheduling::EpochState;
use shared::line::Epoch;
use testkit::wait_until;
use worker::App;

/// Nobody listens there.
const NOWHERE: &str = "127.0.0.1:1";

#[tokio::test]
async fn a_log_that_is_away_uses_up_no_epoch() {
    let own = OwnRedis::new(10).await;
    let line = &own.line;
    let first = line.run("log,scheduler");
    line.open(1).await;
    line.join(5).await;
    wait_for_joins(line, 5).await;
    let before = line.waiting().await;
    first.begin();
    first.wait(SOON).await;
    own.wipe().await;

    let mut settings = (*line.app.settings).clone();
    settings.kafka.brokers = NOWHERE.to_owned();
    let without_kafka = App::connect(settings).await.unwrap();
    let n_before = own.n_scripts().await;
    let second = run(&without_kafka, "log");
    // Each try begins with a look at the room.
    wait_until("second try", SOON, async || (own.n_scripts().await >= n_before + 2).then_some(()))
        .await;
    let row = line.row().await.unwrap();
    assert_eq!((row.epoch, row.epoch_state), (Epoch(1), EpochState::Open));
    second.begin();
    second.wait(SOON).await;

    let third = run(&line.another_app().await, "log,scheduler");
    assert_eq!(line.open(2).await.epoch, Epoch(2), "the next one");
    assert_eq!(line.waiting().await, before);
    third.begin();
    own.servers.stop().await.unwrap();
}
