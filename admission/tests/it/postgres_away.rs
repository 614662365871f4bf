//! Postgres is away for a long time, and many rooms are lost meanwhile: in another one people join,
//! leave and see where they stand as ever.

use crate::{
    harness::{AdmissionTest, TestShopper, claims, until},
    silent_postgres::{SilentPostgres, lost_room},
};
use std::time::{Duration, Instant};
use testkit::room::TestRoom;
use tokio::time::{sleep, timeout};

const AWAY_FOR: Duration = Duration::from_secs(40);
/// Lost rooms, each of which Postgres is asked about again and again.
const N_LOST: usize = 11;
/// How soon a join is answered, and how soon a position is exact.
const SERVED_WITHIN: Duration = Duration::from_secs(2);
/// Pause between two who leave. More are ahead than can leave in all the time.
const LEAVE_EVERY: Duration = Duration::from_millis(400);
const N_AHEAD: usize = 200;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn joins_and_positions_go_on_while_postgres_is_silent_for_40_seconds() {
    let mut postgres = SilentPostgres::start().await;
    let mut test = AdmissionTest::open().await;
    test.database_url = postgres.url.clone();
    let instance = test.instance().await;
    for _ in 0..N_LOST {
        lost_room(&test.room.redis, &instance).await;
    }
    let mut ahead = test.room.join(N_AHEAD).await;
    let joined = test.join(&instance, &TestShopper::new()).await;
    let token = joined["token"].as_str().unwrap();
    let mine = claims(token).ticket;
    let mut socket = test.stream(&instance, token, "").await;
    postgres.until_asked().await;

    let begun = Instant::now();
    while begun.elapsed() < AWAY_FOR {
        let joining = timeout(SERVED_WITHIN, test.try_join(&instance, &TestShopper::new())).await;
        let (status, body) = joining.expect("a join in time");
        assert_eq!(status, 201, "{body}");
        let leaver = ahead.pop().expect("somebody is ahead");
        let room = &test.room;
        room.queue.leave(room.drop_id, TestRoom::EPOCH, leaver.key()).await.unwrap();
        let position = test.exact_position(&instance, mine, SERVED_WITHIN).await;
        let told = until(&mut socket, |frame| frame["position"] == position);
        timeout(SERVED_WITHIN, told).await.expect("a frame in time");
        sleep(LEAVE_EVERY).await;
    }
}
