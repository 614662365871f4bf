//! The room of a drop that was settled leaves Redis: who still listens is told, and then nobody asks
//! for it any more.

use crate::{
    harness::{AdmissionTest, TestShopper, next, until},
    lost_line::LossTest,
    polling::n_scripts,
    without_room::drop_in_state,
};
use serde_json::json;
use std::time::Duration;
use testkit::{TestDatabase, room::TestRoom, wait_until};
use tokio::time::sleep;

/// Postgres is asked about lost rooms every 5 s, and a room goes once nobody listens any more.
const FORGOTTEN_WITHIN: Duration = Duration::from_secs(30);
/// A room that is followed is looked at several times in this time.
const WINDOW: Duration = Duration::from_secs(2);

/// Counts the scripts that a while takes.
async fn n_asked(test: &AdmissionTest) -> u64 {
    let mut redis = test.room.redis.connect().await;
    let before = n_scripts(&mut redis).await;
    sleep(WINDOW).await;
    n_scripts(&mut redis).await - before
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_forgets_a_room_that_was_removed() {
    let database = TestDatabase::create().await;
    let mut loss = LossTest::open().await;
    loss.test.database_url = database.url().to_owned();
    loss.test.room.drop_id = drop_in_state(database.pool(), "open").await;
    let test = &loss.test;
    test.begin(TestRoom::EPOCH).await;
    let instance = test.instance().await;
    let joined = test.join(&instance, &TestShopper::new()).await;
    let mut socket = test.stream(&instance, joined["token"].as_str().unwrap(), "").await;
    next(&mut socket).await.unwrap();
    assert!(n_asked(test).await > 0, "it is looked at");

    sqlx::query("update drops set state = 'closed' where id = $1")
        .bind(test.room.drop_id)
        .execute(database.pool())
        .await
        .unwrap();
    test.room.queue.remove_room(test.room.drop_id, TestRoom::EPOCH).await.unwrap();

    let end = until(&mut socket, |frame| frame["type"] == "closed").await;
    assert_eq!(end["reason"], "closed");
    drop(socket);
    let is_quiet = async || (n_asked(test).await == 0).then_some(());
    wait_until("end of all questions", FORGOTTEN_WITHIN, is_quiet).await;
    let (status, problem) = test.try_join(&instance, &TestShopper::new()).await;
    assert_eq!((status, &problem["code"]), (409, &json!("drop_closed")));
}
