//! Records in `queue-events` that none of our workers wrote.

use crate::{
    SOON,
    event_log::{chain, chain_in, joined, told_again, wait_for_joins},
    late_writes::{behind, join, left_alone, ticket, write_as_they_are},
    rebuild::wipe,
    test_line::{TestLine, run},
};
use shared::{credentials::Keyring, line::Epoch, messages::QueueEventV1};
use testkit::wait_until;
use worker::App;

fn other_keys() -> Keyring {
    Keyring::parse(&format!("1:{}", "cd".repeat(32)).into()).unwrap()
}

/// What a forger writes behind `last`: an event that goes on with the chain, and seats somebody
/// before whoever comes next.
fn forged(line: &TestLine, last: &QueueEventV1) -> QueueEventV1 {
    behind(last, Epoch(1), join(ticket(line, 1, 4)))
}

#[tokio::test]
async fn a_forged_event_that_goes_on_with_the_chain_seats_nobody() {
    let (line, tickets, last) = left_alone().await;
    let unsigned = forged(&line, &last);
    let signed_by_others = forged(&line, &last).signed(&other_keys());
    let copied = QueueEventV1 { mac: last.mac.clone(), ..forged(&line, &last) };
    for event in [&unsigned, &signed_by_others, &copied] {
        assert!(event.is_intact(), "only the MAC tells it from ours");
    }
    write_as_they_are(&line, &[unsigned, signed_by_others, copied]).await;

    let other = line.another_app().await;
    let shutdown = run(&other, "log,scheduler");
    line.open(1).await;
    let newcomers = line.join(2).await;
    let events = wait_for_joins(&line, 5).await;
    assert_eq!(events[events.len() - 1].previous, last.hash, "ours go on behind our last");
    wipe(&line).await;
    line.open(2).await;

    let expected: Vec<_> =
        tickets.iter().chain(&newcomers).map(|ticket| ticket.score.raw()).collect();
    assert_eq!(line.waiting().await, expected);
    assert_eq!(joined(&chain(&line).await), 5);
    shutdown.begin();
}

#[tokio::test]
async fn a_log_that_does_not_lead_to_its_end_costs_nobody_a_place_whom_redis_has() {
    let (line, tickets, _) = left_alone().await;
    // With other keys, nothing that is in the log counts.
    let mut settings = (*line.app.settings).clone();
    settings.credentials.log_keys = Some(format!("1:{}", "cd".repeat(32)).into());
    let other = App::connect(settings).await.unwrap();
    // The room was built on another server, so it is built again.
    let room = format!("{{{}}}:ep", line.drop_id);
    let mut connection = line.redis.connect().await;
    redis::cmd("HSET")
        .arg(&[room.as_str(), "run_id", "another"])
        .query_async::<()>(&mut connection)
        .await
        .unwrap();

    let shutdown = run(&other, "log,scheduler");
    line.open(2).await;

    let expected: Vec<_> = tickets.iter().map(|ticket| ticket.score.raw()).collect();
    assert_eq!(line.waiting().await, expected);
    // The log is told who waits, so that the next rebuild knows them.
    wait_until("those who wait in the log", SOON, async || {
        (told_again(&chain_in(&other, &line).await) == 3).then_some(())
    })
    .await;
    shutdown.begin();
}
