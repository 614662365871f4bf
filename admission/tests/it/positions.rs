//! Positions in memory against Redis itself, and as those who poll see them.

use crate::harness::{AdmissionTest, PATIENCE, TestShopper, claims, next, until};
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::json;
use shared::{
    ids::{TicketId, VariantId},
    line::{AttachOutcome, Epoch, JoinedTicket, Score},
};
use std::{collections::HashSet, time::Duration};
use testkit::{room::TestRoom, wait_until};

/// Nobody leaves while fewer than these hold a ticket.
const AT_LEAST: usize = 20;
/// Questions of which one has to be answered by its event: an instance waits for that for two seconds,
/// which a busy machine may take.
const N_QUESTIONS: usize = 5;

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
        let (lane, variant_id) = (ticket.lane, ticket.intent.variant_id);
        let exact = queue.position(drop_id, TestRoom::EPOCH, lane, variant_id, ticket.score).await;
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_position_counts_those_who_want_the_same_variant() {
    let mut test = AdmissionTest::empty().await;
    let (one, two) = (test.room.variant_id, VariantId::generate());
    test.room.config.variants = vec![one, two];
    test.begin(TestRoom::EPOCH).await;
    let (near, far) = (test.instance().await, test.instance().await);
    let mut joined = Vec::new();
    // The first variant is wanted by the 1st, 3rd and 5th, the other by the 2nd and 4th.
    for (variant_id, position) in [(one, 1), (two, 1), (one, 2), (two, 2), (one, 3)] {
        let (status, body) = test.try_join_for(variant_id, &near, &TestShopper::new()).await;
        let shown = (status, &body["position"], &body["waiting"]);
        assert_eq!(shown, (201, &json!(position), &json!(position)), "{body}");
        joined.push(body["token"].as_str().unwrap().to_owned());
    }
    assert_eq!(test.leave(&near, &joined[0]).await.1["state"], "left");
    for instance in [&near, &far] {
        for (n, position, waiting) in [(1, 1, 2), (2, 1, 2), (3, 2, 2), (4, 2, 2)] {
            wait_until("position per variant", PATIENCE, async || {
                let (_, view) = test.status(instance, &joined[n]).await;
                (view["position"] == position && view["waiting"] == waiting).then_some(())
            })
            .await;
        }
        assert_eq!(test.numbers(instance).await["waiting"], 4);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_polls_is_answered_once_the_instance_has_what_they_saw() {
    let test = AdmissionTest::open().await;
    let (one, two) = (test.instance().await, test.instance().await);
    let mut ahead = Vec::new();
    for _ in 0..N_QUESTIONS {
        ahead.push(test.join(&one, &TestShopper::new()).await);
    }
    let mine = test.join(&one, &TestShopper::new()).await;
    let token = mine["token"].as_str().unwrap();
    let (mut evn, mut position) = (mine["evn"].as_u64().unwrap(), N_QUESTIONS + 1);
    let mut is_of_its_event = false;
    while !is_of_its_event && let Some(leaver) = ahead.pop() {
        // The next event, with which one of those ahead is gone: another instance may have it
        // already.
        (evn, position) = (evn + 1, position - 1);
        let query = format!("?seen={}.{evn}.{position}", mine["epoch"]);
        let asked = test.status_after(&two, token, &query);
        let leaving = async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            test.leave(&one, leaver["token"].as_str().unwrap()).await
        };
        let ((status, view), _) = tokio::join!(asked, leaving);
        assert_eq!((status, &view["evn"], &view["position"]), (200, &json!(evn), &json!(position)));
        is_of_its_event = view["waiting"] == position;
    }
    assert!(is_of_its_event, "each answer was an older one");

    // An event that never comes keeps nobody for long, and what was seen stands.
    let never = evn + 1000;
    let query = format!("?seen={}.{never}.{position}", mine["epoch"]);
    let (status, view) = test.status_after(&two, token, &query).await;
    assert_eq!((status, &view["evn"], &view["position"]), (200, &json!(never), &json!(position)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_polls_hears_why_a_position_rose() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let joined = test.join(&instance, &TestShopper::new()).await;
    let token = joined["token"].as_str().unwrap();
    let before = joined["evn"].as_u64().unwrap();
    // A ticket of an earlier epoch, which Redis has lost.
    let lost = JoinedTicket {
        ticket_id: TicketId::generate(),
        shopper_id: TestShopper::new().id,
        score: Score::new(Epoch(0), 1),
        ..claims(token).ticket
    };
    let room = &test.room;
    let attached = room.queue.attach(room.drop_id, TestRoom::EPOCH, &[lost]).await.unwrap();
    assert_eq!(attached.outcomes, [AttachOutcome::Attached]);

    // Who saw position 1 before that event hears why it is 2 now; who saw it after, keeps it.
    let after = attached.evn;
    for (evn, position, rise) in [(before, 2, json!("returned")), (after, 1, json!(null))] {
        let query = format!("?seen=1.{evn}.1");
        let view = wait_until("event", PATIENCE, async || {
            let (_, view) = test.status_after(&instance, token, &query).await;
            (view["evn"] == after).then_some(view)
        })
        .await;
        assert_eq!((&view["position"], &view["rise"]), (&json!(position), &rise), "{view}");
    }
}
