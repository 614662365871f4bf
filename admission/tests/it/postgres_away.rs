//! Postgres is away for a long time, and many rooms are lost meanwhile: in another one people join,
//! leave and see where they stand as ever.

use crate::{
    harness::{AdmissionTest, PATIENCE, TestShopper, claims, until},
    silent_postgres::{SilentPostgres, lost_room},
};
use std::time::{Duration, Instant};
use testkit::room::TestRoom;
use tokio::time::{sleep, timeout};

const AWAY_FOR: Duration = Duration::from_secs(40);
/// Lost rooms, each of which Postgres is asked about again and again.
const N_LOST: usize = 11;
/// How soon a join is answered, and who leaves is seen by those behind.
const SERVED_WITHIN: Duration = Duration::from_secs(2);
/// How much of the time may be spent on what takes longer. Questions about that many rooms keep
/// whoever waits for them busy for more than half of it.
const LATE_FOR: Duration = Duration::from_secs(10);
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

    let (begun, mut late) = (Instant::now(), Duration::ZERO);
    while begun.elapsed() < AWAY_FOR {
        let asked = Instant::now();
        let joining = timeout(PATIENCE, test.try_join(&instance, &TestShopper::new())).await;
        let (status, body) = joining.expect("a join in time");
        assert_eq!(status, 201, "{body}");
        let leaver = ahead.pop().expect("somebody is ahead");
        let room = &test.room;
        room.queue.leave(room.drop_id, TestRoom::EPOCH, leaver.key()).await.unwrap();
        let position = test.exact_position(&instance, mine).await;
        until(&mut socket, |frame| frame["position"] == position).await;
        let took = asked.elapsed();
        late += if took > SERVED_WITHIN { took } else { Duration::ZERO };
        sleep(LEAVE_EVERY).await;
    }
    assert!(late < LATE_FOR, "late for {late:?} of {AWAY_FOR:?}");
}
