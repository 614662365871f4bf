//! A room that nobody asks about, waits in or listens to: it is hardly looked at, and who comes back
//! finds it as it is.

use crate::{
    harness::{PATIENCE, TestShopper},
    lost_line::LossTest,
    polling::n_scripts,
};
use shared::line::Epoch;
use std::time::Duration;
use testkit::wait_until;
use tokio::time::sleep;

/// A room is at rest from then on.
const AT_REST: Duration = Duration::from_secs(12);
const WINDOW: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_room_at_rest_is_hardly_looked_at_and_found_as_it_is() {
    let alone = LossTest::open().await;
    let test = &alone.test;
    let instance = test.instance().await;
    let joined = test.join(&instance, &TestShopper::new()).await;
    assert_eq!(test.leave(&instance, joined["token"].as_str().unwrap()).await.0, 200);
    sleep(AT_REST).await;

    let mut redis = test.room.redis.connect().await;
    let before = n_scripts(&mut redis).await;
    sleep(WINDOW).await;
    let n_asked = n_scripts(&mut redis).await - before;
    assert!(n_asked <= 1, "{n_asked} questions in {WINDOW:?}");

    // Rebuilt meanwhile, which nobody has told the instance.
    alone.stack.wipe_redis().await.unwrap();
    test.begin(Epoch(2)).await;
    let joined = wait_until("join", PATIENCE, async || {
        let (status, joined) = test.try_join(&instance, &TestShopper::new()).await;
        (status == 201).then_some(joined)
    })
    .await;
    assert_eq!(joined["position"], 1);
}
