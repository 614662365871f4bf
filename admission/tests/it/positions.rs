//! Positions in memory against Redis itself.

use crate::harness::{AdmissionTest, PATIENCE, TestShopper, claims, next, until};
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::collections::HashSet;
use testkit::{room::TestRoom, wait_until};

/// Nobody leaves while fewer than these hold a ticket.
const AT_LEAST: usize = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_position_is_that_of_redis_on_both_instances() {
    let test = AdmissionTest::open().await;
    test.room.fill_bucket().await;
    let (one, two) = (test.instance().await, test.instance().await);
    let mut random = StdRng::seed_from_u64(7);
    let mut tokens = Vec::new();
    let mut admitted = HashSet::new();
    for round in 0..120 {
        let instance = if random.random_bool(0.5) { &one } else { &two };
        if tokens.len() <= AT_LEAST || random.random_bool(0.7) {
            let joined = test.join(instance, &TestShopper::new()).await;
            tokens.push(joined["token"].as_str().unwrap().to_owned());
        } else {
            let at = random.random_range(0..tokens.len());
            test.leave(instance, &tokens.remove(at)).await;
        }
        if round % 40 == 39 {
            let tickets = test.room.admit(3).await.tickets;
            admitted.extend(tickets.iter().map(|admitted| admitted.ticket.ticket_id));
        }
    }
    // The bucket was full, and more than three waited each time.
    assert_eq!(admitted.len(), 9);
    let (queue, drop_id) = (&test.room.queue, test.room.drop_id);
    let waits = |token: &&String| !admitted.contains(&claims(token).ticket.ticket_id);
    let n_waiting = tokens.iter().filter(waits).count();
    assert!(n_waiting >= AT_LEAST - 9, "{n_waiting}");
    let counts = queue.counts(drop_id, TestRoom::EPOCH).await.unwrap();
    assert_eq!(counts.waiting, n_waiting as u64);
    for token in &tokens {
        let ticket = claims(token).ticket;
        let exact = queue.position(drop_id, TestRoom::EPOCH, ticket.lane, ticket.score).await;
        let exact = exact.unwrap();
        for instance in [&one, &two] {
            wait_until("position of Redis", PATIENCE, async || {
                let (_, view) = test.status(instance, token).await;
                (view["position"] == exact.position && view["evn"] == exact.evn).then_some(())
            })
            .await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_position_never_rises_while_people_come_and_go() {
    let test = AdmissionTest::open().await;
    let (one, two) = (test.instance().await, test.instance().await);
    let mut ahead = Vec::new();
    for _ in 0..20 {
        ahead.push(test.join(&one, &TestShopper::new()).await);
    }
    let mine = test.join(&two, &TestShopper::new()).await;
    assert_eq!(mine["position"], 21);
    let mut socket = test.stream(&one, mine["token"].as_str().unwrap(), "").await;
    let mut shown = next(&mut socket).await.unwrap()["position"].as_u64().unwrap();
    assert_eq!(shown, 21);
    for other in &ahead {
        test.leave(&two, other["token"].as_str().unwrap()).await;
        test.join(&one, &TestShopper::new()).await;
    }
    while shown > 1 {
        let frame = until(&mut socket, |frame| frame["type"] == "waiting").await;
        let position = frame["position"].as_u64().unwrap();
        assert!(position <= shown && frame["rise"].is_null(), "{shown} -> {frame}");
        shown = position;
    }
}
