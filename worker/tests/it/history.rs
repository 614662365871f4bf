//! What operators see of drops and of workers, as the workers write it down.

use crate::{
    SOON,
    orders::{produce, signed},
    test_line::{LineOptions, TestLine},
    test_worker::TestWorker,
};
use shared::drops::DropMode;
use testkit::{TestDatabase, wait_until};

/// Waits until a query finds something.
async fn finds(database: &TestDatabase, what: &str, sql: &'static str) {
    wait_until(what, SOON, async || (database.scalar::<i64>(sql).await > 0).then_some(())).await;
}

#[tokio::test]
async fn who_waits_and_what_holds_them_up_is_written_each_second() {
    let line = TestLine::new(LineOptions { units: 2, ..LineOptions::default() }).await;
    line.pretend_processors().await;
    let shutdown = line.run("log,drain,scheduler");
    line.open(1).await;
    line.join(5).await;

    let rows = "select count(*) from drop_history where step_s = 1 and waiting = 3 and joined = 5
        and admitted = 2 and left_line = 0 and closed = 0 and held_up_by = 'stock'
        and admission_rate_per_second = 1000";
    finds(&line.database, "a row of those who wait", rows).await;
    let seconds = "select (count(*) >= 3)::int::bigint from drop_history where waiting = 3";
    finds(&line.database, "rows of three seconds", seconds).await;
    shutdown.begin();
}

#[tokio::test]
async fn a_line_that_is_held_is_looked_at_though_nobody_is_let_in() {
    let line = TestLine::new(LineOptions::default()).await;
    line.pretend_processors().await;
    let shutdown = line.run("log,drain,scheduler");
    let row = line.open(1).await;
    sqlx::query("update drops set mode = 'paused', limits_version = limits_version + 1")
        .execute(&line.app.pool)
        .await
        .unwrap();
    wait_until("a line that is held", SOON, async || {
        (line.header().await?.config.mode == DropMode::Paused).then_some(())
    })
    .await;
    let joined = line.join(4).await;

    let rows = "select count(*) from drop_history where waiting = 4 and admitted = 0";
    finds(&line.database, "a row of those who wait", rows).await;
    line.app.queue.leave(line.drop_id, row.epoch, joined[0].key()).await.unwrap();
    let rows = "select count(*) from drop_history where waiting = 3 and left_line = 1";
    finds(&line.database, "a row of who left", rows).await;
    shutdown.begin();
}

#[tokio::test]
async fn what_a_processor_does_is_written_without_a_word_about_the_line() {
    let worker = TestWorker::with_log().await;
    for _ in 0..3 {
        let (_, bytes) = signed(&worker);
        produce(&worker, &bytes).await;
    }
    worker::start::tasks(&worker.app, &"orders".parse().unwrap(), &worker.shutdown);

    let rows = "select count(*) from drop_history where placed = 3 and held = 3 and available = 97
        and commit_ms is not null and command_lag_ms > 0 and waiting is null";
    wait_until("a row of the orders", SOON, async || (worker.number(rows).await > 0).then_some(()))
        .await;
}

#[tokio::test]
async fn a_worker_says_which_drops_it_has_in_hand() {
    let worker = TestWorker::new(&[]).await;
    worker.another_drop().await;
    worker::start::tasks(&worker.app, &"drain,scheduler".parse().unwrap(), &worker.shutdown);
    let of_drain = "select count(*) from owned_work w join heartbeats h using (instance, role)
        where role = 'drain' and cardinality(w.keys) = 2";
    let of_scheduler =
        "select count(*) from owned_work where role = 'scheduler' and keys = '{drops}'";
    for (what, sql) in [("drops in hand", of_drain), ("the scheduler's work", of_scheduler)] {
        wait_until(what, SOON, async || (worker.number(sql).await > 0).then_some(())).await;
    }
}
