//! Waiting tickets become commands, each once, in the order of the line.

use crate::{
    SOON,
    test_line::{LineOptions, TestLine, run},
};
use shared::line::{AdmitRequest, Lease, LineState};
use std::{collections::HashSet, time::Duration};
use testkit::wait_until;
use uuid::Uuid;

/// Far more than are let in at a slow order rate.
const N_PEOPLE: usize = 100;

#[tokio::test]
async fn everybody_who_fits_gets_one_command_in_the_order_of_the_line() {
    let line = TestLine::new(LineOptions { units: 30, ..LineOptions::default() }).await;
    line.pretend_processors().await;
    let shutdown = line.run("log,drain,scheduler");
    let row = line.open(1).await;
    let tickets = line.join(40).await;

    let commands = wait_until("commands", SOON, async || {
        let commands = line.commands().await;
        (commands.len() >= 30).then_some(commands)
    })
    .await;

    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(line.commands().await.len(), 30, "units bound the admissions");
    let order: Vec<_> = commands.iter().map(|command| command.ticket_id).collect();
    let joined: Vec<_> = tickets.iter().take(30).map(|ticket| ticket.ticket_id).collect();
    assert_eq!(order, joined);
    let first = [tickets[0].key()];
    wait_until("a long lease", SOON, async || {
        let status = line.app.queue.status(line.drop_id, row.epoch, &first).await.unwrap();
        (status == [LineState::InFlight { extended: true }]).then_some(())
    })
    .await;
    shutdown.begin();
}

#[tokio::test]
async fn two_drains_share_one_rate() {
    let line =
        TestLine::new(LineOptions { units: 1000, rate: 50.0, ..LineOptions::default() }).await;
    line.pretend_processors().await;
    let other = line.another_app().await;
    let first = line.run("log,drain,scheduler");
    line.open(1).await;
    let second = run(&other, "log,drain,scheduler");
    line.join(500).await;
    let more_than = async |n: usize| {
        wait_until("more commands", SOON, async || {
            let commands = line.commands().await;
            (commands.len() > n).then_some(commands)
        })
        .await
    };

    let by_first = more_than(50).await.len();
    // The second one goes on where the first one stops.
    first.begin();
    let commands = more_than(by_first + 40).await;

    let unique: HashSet<_> = commands.iter().map(|command| command.ticket_id).collect();
    assert_eq!(unique.len(), commands.len(), "nobody is let in twice");
    let mut times: Vec<_> = commands.iter().map(|command| command.admitted_at_us).collect();
    times.sort_unstable();
    for (at, first) in times.iter().enumerate() {
        let in_window = times[at..].iter().take_while(|time| **time <= first + 1_000_000).count();
        assert!(in_window <= 55, "{in_window} within a second"); // 50 a second, burst 5
    }
    second.begin();
}

#[tokio::test]
async fn as_many_are_let_in_as_get_their_orders_soon() {
    let line = TestLine::new(LineOptions { units: 1000, ..LineOptions::default() }).await;
    line.pretend_processors().await;
    // One order in 2 s: five and a burst of one are ten seconds of work. The drop's own rate would let
    // all of them in.
    let slow = "update drops set order_rate_per_second = 0.5";
    sqlx::query(slow).execute(&line.app.pool).await.unwrap();
    let shutdown = line.run("log,drain,scheduler");
    line.open(1).await;
    line.join(N_PEOPLE).await;

    wait_until("commands", SOON, async || (line.commands().await.len() >= 6).then_some(())).await;
    tokio::time::sleep(Duration::from_secs(2)).await;

    // Those who are let in while it is looked may be overlooked, six at a time; more than once, where
    // Kafka is slow to take their commands.
    let n_commands = line.commands().await.len();
    assert!(n_commands <= N_PEOPLE / 2, "{n_commands} wait, and nobody processes any");
    shutdown.begin();
}

#[tokio::test]
async fn a_command_that_was_never_written_is_written_when_its_lease_is_over() {
    let settings = vec![
        ("SLUICE_LINE__LEASE_MS", "60000".to_owned()),
        ("SLUICE_LINE__EXTENDED_LEASE_MS", "300".to_owned()),
    ];
    let line = TestLine::new(LineOptions { settings, ..LineOptions::default() }).await;
    let shutdown = line.run("log,reconciler,scheduler");
    let row = line.open(1).await;
    line.join(3).await;
    // A drain that dies right after ADMIT.
    let request = AdmitRequest {
        limit: 10,
        lease: Duration::from_millis(200),
        request_id: Uuid::now_v7(),
        extra: 0,
    };
    let admitted = wait_until("admission", SOON, async || {
        let request = AdmitRequest { request_id: Uuid::now_v7(), ..request };
        let admission = line.app.queue.admit(line.drop_id, row.epoch, request).await.unwrap();
        (admission.tickets.len() == 3).then_some(admission)
    })
    .await;

    let commands = wait_until("commands", SOON, async || {
        let commands = line.commands().await;
        (commands.len() >= 3).then_some(commands)
    })
    .await;

    assert_eq!(commands[0].ticket_id, admitted.tickets[0].ticket.ticket_id);
    // Written commands have 300 ms, and nobody processes them: their leases are over as well. Only
    // the reconciler that lets a command wait gives it the long lease.
    wait_until("long leases", SOON, async || {
        let now_us = line.header().await?.now_us;
        let leases = line.app.queue.in_flight(line.drop_id, row.epoch).await.unwrap();
        let is_long = |lease: &Lease| lease.deadline_us > now_us + 10_000_000;
        (leases.len() == 3 && leases.iter().all(is_long)).then_some(())
    })
    .await;
    assert_eq!(line.commands().await.len(), 3, "nothing is produced again while it waits");
    shutdown.begin();
}
