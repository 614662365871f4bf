//! What a worker knows of the drops.

use crate::{SOON, test_worker::TestWorker};
use testkit::{stored::StoredDrop, wait_until};

/// Changes of which one has to be read alone: now and then all are read, which may be just then.
const N_CHANGES: u32 = 3;

/// What was done to a row; only a new version of the limits is told by a notice.
#[derive(Clone, Copy)]
enum Change {
    Told,
    Untold,
}

async fn set_cap(worker: &TestWorker, stored: &StoredDrop, cap: u32, change: Change) {
    sqlx::query(
        "update drops set occupancy_cap = $2, limits_version = limits_version + $3 where id = $1",
    )
    .bind(stored.drop_id)
    .bind(i64::from(cap))
    .bind(match change {
        Change::Told => 1_i64,
        Change::Untold => 0,
    })
    .execute(&worker.app.pool)
    .await
    .unwrap();
}

fn known_cap(worker: &TestWorker, stored: &StoredDrop) -> u32 {
    worker.app.drops.find(stored.drop_id).unwrap().limits.occupancy_cap
}

async fn becomes_known(worker: &TestWorker, stored: &StoredDrop, cap: u32) {
    wait_until("a changed cap", SOON, async || (known_cap(worker, stored) == cap).then_some(()))
        .await;
}

async fn listens(worker: &TestWorker) {
    let listening = "select count(*) from pg_stat_activity
        where datname = current_database() and query = 'LISTEN \"drop_changed\"'";
    wait_until("a listener", SOON, async || (worker.number(listening).await == 1).then_some(()))
        .await;
}

#[tokio::test]
async fn a_changed_drop_is_read_alone_and_all_are_now_and_then() {
    let worker = TestWorker::new(&[]).await;
    let (first, second) = (worker.another_drop().await, worker.another_drop().await);
    worker::start::tasks(&worker.app, &"sweeper".parse().unwrap(), &worker.shutdown);
    listens(&worker).await;
    // All are read when the listening begins; by the second change they have been.
    for cap in [11, 12] {
        set_cap(&worker, &first, cap, Change::Told).await;
        becomes_known(&worker, &first, cap).await;
    }

    let (mut is_alone, mut cap) = (false, 20);
    while !is_alone && cap < 20 + N_CHANGES {
        cap += 1;
        set_cap(&worker, &second, cap, Change::Untold).await;
        set_cap(&worker, &first, cap, Change::Told).await;
        becomes_known(&worker, &first, cap).await;
        is_alone = known_cap(&worker, &second) != cap;
    }
    assert!(is_alone, "all were read each time");
    becomes_known(&worker, &second, cap).await;
}
