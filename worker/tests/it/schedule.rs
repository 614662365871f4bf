//! Drops open, change, end and are settled.

use crate::{
    SOON,
    test_line::{LineOptions, TestLine},
};
use database::selling::drops::{LimitsChange, change_limits};
use shared::{
    drops::CloseReason,
    line::{JoinedTicket, LineState},
};
use stack::{Stack, StackOptions};
use std::time::Duration;
use testkit::{median, wait_until};
use tokio::time::Instant;

/// A changed limit is promised to work within a second; a loaded machine gets two more, and may be late
/// once. Without a notice, each change waits until all drops are read, which is every ten seconds.
const CHANGED_WITHIN: Duration = Duration::from_secs(3);

#[tokio::test]
async fn a_changed_limit_is_brought_to_redis() {
    let line = TestLine::new(LineOptions::default()).await;
    let shutdown = line.run("log,scheduler");
    line.open(1).await;

    let mut times = Vec::new();
    for wanted in [7.5, 8.5, 9.5] {
        let admission_rate_per_second = Some(wanted);
        let change = LimitsChange { admission_rate_per_second, ..LimitsChange::default() };
        let changing =
            change_limits(&line.app.pool, line.drop_id, change, "operator:test", "a test");
        changing.await.unwrap();

        // It is committed: from now on the time counts.
        let committed = Instant::now();
        wait_until("changed rate", SOON, async || {
            let rate = line.header().await?.config.admission_rate_per_second;
            ((rate - wanted).abs() < 1e-9).then_some(())
        })
        .await;
        times.push(committed.elapsed());
    }
    let usual = median(times);
    assert!(usual < CHANGED_WITHIN, "{usual:?}");
    shutdown.begin();
}

#[tokio::test]
async fn a_closed_drop_closes_those_who_wait_and_gives_its_units_back() {
    let line = TestLine::new(LineOptions { units: 40, ..LineOptions::default() }).await;
    let shutdown = line.run("log,scheduler,reconciler");
    let row = line.open(1).await;
    let tickets = line.join(5).await;

    sqlx::query("update drops set closes_at = now() + interval '300 ms'")
        .execute(&line.app.pool)
        .await
        .unwrap();

    wait_until("retired drop", SOON, async || line.row().await.is_none().then_some(())).await;

    let who: Vec<_> = tickets.iter().map(JoinedTicket::key).collect();
    let status = line.app.queue.status(line.drop_id, row.epoch, &who).await.unwrap();
    assert!(status.iter().all(|one| *one == LineState::Closed(CloseReason::Closed)));
    let stock: i32 = line.database.scalar("select stock from variants").await;
    assert_eq!(stock, 10_000);
    let state: String = line.database.scalar("select state from drops").await;
    assert_eq!(state, "closed");
    let conserved: bool = line
        .database
        .scalar("select available + reserved + sold = total and total = 0 from inventory")
        .await;
    assert!(conserved);
    shutdown.begin();
}

/// How long a call may wait for Redis: for far longer than a drop may be late.
const PATIENCE_MS: &str = "90000";
/// A drop is promised to open on the second; a loaded machine gets some more.
const OPENED_WITHIN: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_drop_opens_on_time_while_another_is_wound_up_in_a_redis_that_hangs() {
    let dir = tempfile::tempdir().unwrap();
    let options = StackOptions::on_free_ports(dir.path()).unwrap().only(true, false, false);
    let servers = Stack::start(options).await.unwrap();
    let settings = vec![
        ("SLUICE_REDIS__URL", servers.endpoints().redis_url),
        ("SLUICE_REDIS__TIMEOUT_MS", PATIENCE_MS.to_owned()),
    ];
    let line = TestLine::new(LineOptions { settings, ..LineOptions::default() }).await;
    let (other, _) = line.another_drop().await;
    let opens_in = async |wait: &str| {
        sqlx::query("update drops set opens_at = now() + $2::text::interval where id = $1")
            .bind(other)
            .bind(wait)
            .execute(&line.app.pool)
            .await
            .unwrap();
    };
    opens_in("5 minutes").await;
    let shutdown = line.run("log,scheduler");
    line.open(1).await;
    line.join(5).await;
    let prepared = "select count(*) from drops where prepared and epoch_state = 'open'";
    wait_until("both rooms", SOON, async || {
        (line.database.scalar::<i64>(prepared).await == 2).then_some(())
    })
    .await;

    servers.redis().freeze().await.unwrap();
    sqlx::query("update drops set closes_at = now() where id = $1")
        .bind(line.drop_id)
        .execute(&line.app.pool)
        .await
        .unwrap();
    let closed = "select count(*) from drops where state = 'closed'";
    wait_until("a drop that is over", OPENED_WITHIN, async || {
        (line.database.scalar::<i64>(closed).await == 1).then_some(())
    })
    .await;
    opens_in("1 second").await;

    let open = "select count(*) from drops where state = 'open'";
    wait_until("an open drop", OPENED_WITHIN, async || {
        (line.database.scalar::<i64>(open).await == 1).then_some(())
    })
    .await;
    servers.redis().thaw().await.unwrap();
    shutdown.begin();
    servers.stop().await.unwrap();
}

#[tokio::test]
async fn a_line_of_several_chunks_is_closed_to_its_last_ticket() {
    let line = TestLine::new(LineOptions::default()).await;
    let shutdown = line.run("log,scheduler");
    let row = line.open(1).await;
    let tickets = line.join(1_200).await;

    sqlx::query("update drops set closes_at = now()").execute(&line.app.pool).await.unwrap();
    wait_until("retired drop", SOON, async || line.row().await.is_none().then_some(())).await;

    let who: Vec<_> = tickets.iter().map(JoinedTicket::key).collect();
    let status = line.app.queue.status(line.drop_id, row.epoch, &who).await.unwrap();
    assert!(status.iter().all(|one| *one == LineState::Closed(CloseReason::Closed)));
    shutdown.begin();
}
