//! A9: one a minute and one at a time are exact.

use crate::{
    SOON,
    test_line::{LineOptions, TestLine},
};
use queue::DropKeys;
use shared::{
    lifecycle::TicketState,
    line::{JoinedTicket, SettleOutcome, Settlement},
};
use std::time::Duration;
use testkit::wait_until;
use tokio::time::sleep;

const MINUTE_US: i64 = 60_000_000;
/// What of a minute the test waits for, the rest is skipped.
const LEFT_US: i64 = 3_000_000;

/// Moves the bucket of the rate as if so much time had passed for it.
async fn pass(line: &TestLine, us: i64) {
    let key = DropKeys::new(line.drop_id).named("tat");
    let mut connection = line.redis.connect().await;
    let tat: f64 = redis::cmd("GET").arg(&key).query_async(&mut connection).await.unwrap();
    let mut setting = redis::cmd("SET");
    setting.arg(&key).arg(format!("{:.17e}", tat - us as f64));
    setting.query_async::<()>(&mut connection).await.unwrap();
}

/// When each was let in, in microseconds of Redis time; once there are so many.
async fn admitted_at(line: &TestLine, n: usize) -> Vec<i64> {
    let commands = wait_until("commands", SOON, async || {
        let commands = line.commands().await;
        (commands.len() >= n).then_some(commands)
    })
    .await;
    commands.iter().map(|command| command.admitted_at_us).collect()
}

#[tokio::test]
async fn at_one_a_minute_one_is_let_in_each_minute() {
    let line = TestLine::new(LineOptions { rate: 1.0 / 60.0, ..LineOptions::default() }).await;
    line.pretend_processors().await;
    let shutdown = line.run("log,drain,scheduler");
    line.open(1).await;
    line.join(5).await;
    sleep(Duration::from_secs(2)).await;
    assert!(line.commands().await.is_empty(), "the first minute is not over");

    // Two minutes pass: of a bucket that holds one, one may come.
    pass(&line, 2 * MINUTE_US).await;
    let first = admitted_at(&line, 1).await[0];
    for n in 2..=3 {
        pass(&line, MINUTE_US - LEFT_US).await;
        let times = admitted_at(&line, n).await;
        assert_eq!(times.len(), n, "no more than one in a minute");
        let late_us = times[n - 1] - first - LEFT_US * (n as i64 - 1);
        assert!(late_us >= 0, "{late_us} µs");
    }
    sleep(Duration::from_secs(2)).await;
    assert_eq!(line.commands().await.len(), 3);
    shutdown.begin();
}

/// Ends the orders of tickets, as the line is told of it.
async fn end(line: &TestLine, ticket: &JoinedTicket) {
    let epoch = line.row().await.unwrap().epoch;
    let outcome = SettleOutcome::Ended(TicketState::Expired);
    let settlement = Settlement { ticket: ticket.key(), outcome };
    line.app.queue.settle(line.drop_id, epoch, &[], &[settlement]).await.unwrap();
}

#[tokio::test]
async fn with_room_for_one_the_next_comes_when_the_one_has_gone() {
    let line = TestLine::new(LineOptions { occupancy_cap: 1, ..LineOptions::default() }).await;
    line.pretend_processors().await;
    let shutdown = line.run("log,drain,scheduler");
    let row = line.open(1).await;
    let tickets = line.join(4).await;

    for (n, ticket) in (1..).zip(&tickets) {
        admitted_at(&line, n).await;
        sleep(Duration::from_millis(700)).await;
        let order: Vec<_> = line.commands().await.iter().map(|one| one.ticket_id).collect();
        let expected: Vec<_> = tickets[..n].iter().map(|one| one.ticket_id).collect();
        assert_eq!(order, expected, "one at a time, in the order of the line");
        let counts = line.app.queue.counts(line.drop_id, row.epoch).await.unwrap();
        assert_eq!(counts.occupied, 1);
        end(&line, ticket).await;
    }
    shutdown.begin();
}
