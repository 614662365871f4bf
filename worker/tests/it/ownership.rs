//! Who holds the locks of partitions and drops, and for how long.

use crate::{
    SOON,
    orders::{n_orders, produce, signed, start},
    test_worker::TestWorker,
};
use database::{selling::scheduling::EpochState, workers::lock_session::LockSession};
use shared::{config::Settings, shutdown::Shutdown};
use std::time::Duration;
use testkit::{stored::StoredDrop, wait_until};
use tokio::{runtime::Runtime, time::Instant};
use worker::App;

/// The session that holds the only lock; 0 if none does.
const HOLDER: &str = "select coalesce(min(pid), 0)::bigint from pg_locks
    where locktype = 'advisory' and granted
        and database = (select oid from pg_database where datname = current_database())";

/// How many drops each drain has.
const SHARES: &str = "select count(*) from pg_locks join pg_stat_activity using (pid)
    where locktype = 'advisory' and granted and datname = current_database()
        and application_name = 'sluice locks of drain'
    group by pid order by pid";

/// How soon a worker has its share, and times of which one has to be as soon: the machine may be busy,
/// not each time.
const SHARED_WITHIN: Duration = Duration::from_secs(5);
const N_TIMES: usize = 3;

/// Waits until another session than this one holds the lock.
async fn holder_after(worker: &TestWorker, former: i64) -> i64 {
    wait_until("another holder of the lock", SOON, async || {
        let holder = worker.number(HOLDER).await;
        (holder != 0 && holder != former).then_some(holder)
    })
    .await
}

#[tokio::test]
async fn a_worker_keeps_its_locks_for_as_long_as_it_is_awake() {
    let worker = TestWorker::with_log().await;
    start(&worker);
    let holder = holder_after(&worker, 0).await;

    tokio::time::sleep(LockSession::MAX_SILENCE + Duration::from_secs(3)).await;

    assert_eq!(worker.number(HOLDER).await, holder);
}

#[tokio::test]
async fn a_worker_that_lost_its_locks_takes_them_again_and_works_on() {
    let worker = TestWorker::with_log().await;
    start(&worker);
    let holder = holder_after(&worker, 0).await;
    let (_, before) = signed(&worker);
    produce(&worker, &before).await;
    n_orders(&worker, 1).await;

    // As Postgres does to a session that was silent for too long.
    sqlx::query("select pg_terminate_backend($1)")
        .bind(i32::try_from(holder).unwrap())
        .execute(&worker.app.pool)
        .await
        .unwrap();
    holder_after(&worker, holder).await;

    let (_, after) = signed(&worker);
    produce(&worker, &after).await;
    n_orders(&worker, 2).await;
    assert_eq!(worker.stock().await, (98, 2, 0));
}

/// Another worker, which is killed when this is dropped.
struct OtherWorker(Option<Runtime>);

impl OtherWorker {
    /// Runs its drains.
    async fn start(settings: Settings) -> Self {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).enable_all().build().unwrap();
        let starting = runtime.spawn(async move {
            let app = App::connect(settings).await.unwrap();
            worker::start::tasks(&app, &"drain".parse().unwrap(), &Shutdown::default());
        });
        starting.await.unwrap();
        Self(Some(runtime))
    }
}

impl Drop for OtherWorker {
    /// Whatever it did breaks off, and its connections with it.
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

async fn shares(worker: &TestWorker) -> Vec<i64> {
    sqlx::query_scalar(SHARES).fetch_all(&worker.app.pool).await.unwrap()
}

async fn shares_become(worker: &TestWorker, wanted: &[i64]) {
    wait_until("shares", SOON, async || (shares(worker).await == wanted).then_some(())).await;
}

/// A worker that drains 20 drops.
async fn worker_with_20_drops() -> (TestWorker, StoredDrop) {
    let worker = TestWorker::new(&[]).await;
    let mut last = worker.another_drop().await;
    for _ in 2..20 {
        last = worker.another_drop().await;
    }
    worker::start::tasks(&worker.app, &"drain".parse().unwrap(), &worker.shutdown);
    shares_become(&worker, &[20]).await;
    (worker, last)
}

#[tokio::test]
async fn two_workers_share_the_drops_and_one_has_all_when_the_other_is_killed() {
    let (worker, _) = worker_with_20_drops().await;

    let mut fastest = Duration::MAX;
    for _ in 0..N_TIMES {
        let started_at = Instant::now();
        let other = OtherWorker::start((*worker.app.settings).clone()).await;
        shares_become(&worker, &[10, 10]).await;
        fastest = fastest.min(started_at.elapsed());

        drop(other);
        shares_become(&worker, &[20]).await;
        if fastest < SHARED_WITHIN {
            break;
        }
    }
    assert!(fastest < SHARED_WITHIN, "its share took {fastest:?}");
}

#[tokio::test]
async fn a_room_that_is_being_built_stays_where_it_is() {
    let (worker, last) = worker_with_20_drops().await;
    let are_known_as = async |state: EpochState| {
        wait_until("a state of the rooms", SOON, async || {
            let known = worker.app.drops.find(last.drop_id)?;
            (known.epoch_state == state).then_some(())
        })
        .await;
    };
    worker.execute("update drops set epoch_state = 'rebuilding'").await;
    are_known_as(EpochState::Rebuilding).await;

    let other = OtherWorker::start((*worker.app.settings).clone()).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(shares(&worker).await, [20]);

    worker.execute("update drops set epoch_state = 'open'").await;
    shares_become(&worker, &[10, 10]).await;
    drop(other);
}
