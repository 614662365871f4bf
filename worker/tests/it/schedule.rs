//! Drops open, change, end and are settled.

use crate::{
    SOON,
    test_line::{LineOptions, TestLine},
};
use database::selling::drops::{LimitsChange, change_limits};
use shared::{drops::CloseReason, line::LineState};
use std::time::Duration;
use testkit::wait_until;

/// A changed limit is promised to work within a second; a loaded machine gets two more.
const CHANGED_WITHIN: Duration = Duration::from_secs(3);

#[tokio::test]
async fn a_changed_limit_is_brought_to_redis() {
    let line = TestLine::new(LineOptions::default()).await;
    let shutdown = line.run("log,scheduler");
    line.open(1).await;

    let change = LimitsChange { admission_rate_per_second: Some(7.5), ..LimitsChange::default() };
    change_limits(&line.app.pool, line.drop_id, change, "operator:test", "a test").await.unwrap();

    // It is committed: from now on the time counts.
    wait_until("changed rate", CHANGED_WITHIN, async || {
        let rate = line.header().await?.config.admission_rate_per_second;
        ((rate - 7.5).abs() < 1e-9).then_some(())
    })
    .await;
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

    let who: Vec<_> = tickets.iter().map(|ticket| (ticket.ticket_id, ticket.score)).collect();
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
