//! A drop before a site whose seller counts people in by hand.

use crate::{
    SOON,
    event_log::wait_for_joins,
    rebuild::wipe,
    test_line::{LineOptions, SiteOptions, TestLine},
};
use database::selling::passes::aws::{self, CountOutcome};
use shared::{
    drops::CloseReason,
    ids::TicketId,
    line::{JoinedTicket, LineState},
    shutdown::Shutdown,
};
use std::time::Duration;
use testkit::wait_until;

/// Everything that a pass needs: nobody calls a payment provider.
const ROLES: &str = "log,drain,orders,reconciler,scheduler,sweeper";
/// As long as nobody should come in.
const QUIET: Duration = Duration::from_millis(600);

async fn open() -> (TestLine, Shutdown) {
    let site =
        Some(SiteOptions { max_inside: 10_000, max_visits: None, pass_seconds: 600, manual: true });
    // At this rate nobody would come in during a test.
    let line = TestLine::new(LineOptions { site, rate: 0.001, ..LineOptions::default() }).await;
    let shutdown = line.run(ROLES);
    line.open(1).await;
    (line, shutdown)
}

async fn increment(line: &TestLine, by: i64) {
    let counted = aws::increment(&line.app.pool, line.drop_id, by, "seller:x").await.unwrap();
    assert!(matches!(counted, CountOutcome::Counted(_)), "{counted:?}");
}

/// Those who have passes, in the order of their numbers.
async fn inside(line: &TestLine) -> Vec<TicketId> {
    sqlx::query_scalar("select id from orders where state = 'passed' order by score")
        .fetch_all(&line.app.pool)
        .await
        .unwrap()
}

async fn comes_to(line: &TestLine, tickets: &[JoinedTicket]) {
    let wanted: Vec<_> = tickets.iter().map(|ticket| ticket.ticket_id).collect();
    wait_until("passes", SOON, async || (inside(line).await == wanted).then_some(())).await;
}

#[tokio::test]
async fn so_many_come_in_as_are_counted_in_and_those_who_come_later_past_the_last_number() {
    let (line, shutdown) = open().await;
    let mut tickets = line.join(5).await;
    tokio::time::sleep(QUIET).await;
    assert!(inside(&line).await.is_empty(), "nobody is counted in");

    increment(&line, 2).await;
    comes_to(&line, &tickets[..2]).await;
    increment(&line, 5).await;
    comes_to(&line, &tickets).await;
    tickets.extend(line.join(4).await);
    comes_to(&line, &tickets[..7]).await;

    increment(&line, -3).await;
    increment(&line, 3).await;
    tokio::time::sleep(QUIET).await;
    assert_eq!(inside(&line).await.len(), 7, "what was taken back was given again");
    shutdown.begin();
}

#[tokio::test]
async fn a_lost_line_serves_the_same_numbers_again_and_gives_none_twice() {
    let (line, shutdown) = open().await;
    let tickets = line.join(4).await;
    increment(&line, 2).await;
    comes_to(&line, &tickets[..2]).await;
    wait_for_joins(&line, 4).await;

    wipe(&line).await;
    let row = line.open(2).await;

    let keys: Vec<_> = tickets.iter().map(JoinedTicket::key).collect();
    let states = line.app.queue.status(line.drop_id, row.epoch, &keys).await.unwrap();
    assert_eq!(states[..2], [LineState::Held; 2]);
    assert_eq!(states[2..], [LineState::Waiting; 2]);
    let late = line.join(1).await[0];
    assert_eq!((late.score.epoch(), late.score.number()), (row.epoch, 5));
    increment(&line, 1).await;
    comes_to(&line, &tickets[..3]).await;
    shutdown.begin();
}

#[tokio::test]
async fn behind_a_reset_the_line_begins_with_those_who_come_then() {
    let (line, shutdown) = open().await;
    let row = line.row().await.unwrap();
    let before = line.join(4).await;
    increment(&line, 1).await;
    comes_to(&line, &before[..1]).await;
    let last = line.app.queue.last_number(line.drop_id, row.epoch).await.unwrap();
    assert_eq!(last, 4);

    assert!(aws::reset(&line.app.pool, line.drop_id, last, "seller:x").await.unwrap());
    assert_eq!(aws::end_before(&line.app.pool, line.drop_id, last).await.unwrap(), 1);

    let keys: Vec<_> = before.iter().map(JoinedTicket::key).collect();
    wait_until("an empty line", SOON, async || {
        let states = line.app.queue.status(line.drop_id, row.epoch, &keys).await.ok()?;
        let closed = LineState::Closed(CloseReason::Cancelled);
        (states[0] == LineState::Finished && states[1..] == [closed; 3]).then_some(())
    })
    .await;
    let behind = line.join(2).await;
    tokio::time::sleep(QUIET).await;
    assert!(inside(&line).await.is_empty());
    increment(&line, 1).await;
    comes_to(&line, &behind[..1]).await;
    shutdown.begin();
}
