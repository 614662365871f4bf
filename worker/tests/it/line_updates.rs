//! What the line must be told comes to it, even if it gets lost on its way.

use crate::{
    SOON, payments,
    test_line::{LineOptions, TestLine},
    test_provider::TestProvider,
    test_worker::TestWorker,
};
use database::ordering::{
    offsets,
    order_batch::{BatchOutcome, BatchRecord, OrderBatch, RecordContent, process},
};
use queue::{Hint, HintMessage};
use shared::{
    credentials::Mac,
    lifecycle::TicketState,
    line::{AdmitRequest, AdmittedTicket, Epoch},
    messages::PlaceOrder,
};
use std::{sync::Arc, time::Duration};
use testkit::wait_until;
use tokio::time::timeout;
use uuid::Uuid;

/// What was lost is told again within this, on a busy machine as well. Leases would bring it back after
/// ten minutes.
const TOLD_AGAIN: Duration = Duration::from_secs(30);
/// Longer than the test: no lease brings anything back in it.
const LONG: &str = "600000";

/// Places the orders of tickets as a processor does that dies right after its commit.
async fn place(line: &TestLine, epoch: Epoch, admitted: &[AdmittedTicket]) {
    let (pool, topic) = (&line.app.pool, &line.app.topics.order_commands);
    let partition = line.row().await.unwrap().partition;
    let log = offsets::find_or_begin(pool, topic, partition, 0, "a-cluster").await.unwrap();
    let records = admitted.iter().zip(0..).map(|(admitted, at)| BatchRecord {
        offset: log.next_offset + at,
        fingerprint: vec![0; 32],
        payload: Vec::new(),
        content: RecordContent::Command(command(line, epoch, admitted)),
    });
    let batch = OrderBatch {
        topic: topic.clone(),
        partition,
        generation: log.generation,
        expected_offset: log.next_offset,
        owner: "test".into(),
        records: records.collect(),
    };
    // A drop's bucket is empty at first.
    sqlx::query("update order_paces set tat_us = 0 where drop_id = $1")
        .bind(line.drop_id)
        .execute(pool)
        .await
        .unwrap();
    let outcome = process(pool, Arc::new(batch)).await.unwrap();
    let n_admitted = admitted.len();
    assert!(matches!(outcome, BatchOutcome::Done(done) if done.n_placed == n_admitted));
}

fn command(line: &TestLine, epoch: Epoch, admitted: &AdmittedTicket) -> PlaceOrder {
    let ticket = &admitted.ticket;
    PlaceOrder {
        ticket_id: ticket.ticket_id,
        drop_id: line.drop_id,
        shopper_id: ticket.shopper_id,
        lane: ticket.lane,
        variant_id: ticket.intent.variant_id,
        units: ticket.intent.units,
        epoch,
        score: ticket.score,
        admitted_at_us: admitted.admitted_at_us,
        mac: Mac::default(),
    }
}

#[tokio::test]
async fn a_lost_settle_is_told_again_soon() {
    let settings = vec![
        ("SLUICE_LINE__LEASE_MS", LONG.to_owned()),
        ("SLUICE_LINE__EXTENDED_LEASE_MS", LONG.to_owned()),
    ];
    let line = TestLine::new(LineOptions { settings, ..LineOptions::default() }).await;
    let shutdown = line.run("log,reconciler,scheduler");
    let epoch = line.open(1).await.epoch;
    line.join(3).await;
    let lease = Duration::from_secs(600);
    let admission = wait_until("admission", SOON, async || {
        let request = AdmitRequest { limit: 3, lease, request_id: Uuid::now_v7(), extra: 0 };
        let admission = line.app.queue.admit(line.drop_id, epoch, request).await.unwrap();
        (admission.tickets.len() == 3).then_some(admission)
    })
    .await;

    place(&line, epoch, &admission.tickets).await;

    wait_until("settled tickets", TOLD_AGAIN, async || {
        let in_flight = line.app.queue.in_flight(line.drop_id, epoch).await.unwrap();
        in_flight.is_empty().then_some(())
    })
    .await;
    let pending = "select count(*) from pending where consumer = 'line'";
    wait_until("nothing left to tell", SOON, async || {
        (line.database.scalar::<i64>(pending).await == 0).then_some(())
    })
    .await;
    let stock = line.app.queue.stock(line.drop_id).await.unwrap();
    assert_eq!((stock[0].available, stock[0].reserved), (97, 3));
    shutdown.begin();
}

#[tokio::test]
async fn each_card_that_is_declined_is_hinted_at_while_the_hold_lasts() {
    let mut provider = TestProvider::new(600);
    provider.start().await;
    let url = [("SLUICE_PAYMENTS__PROVIDER_URL", provider.url.clone())];
    let worker = TestWorker::new(&url).await;
    let mut hints = worker.app.queue.hints();
    assert_eq!(hints.next().await, HintMessage::Subscribed);
    payments::start(&worker);

    let drop_id = worker.command().drop_id;
    let order_id = worker.place().await;
    let hint = Hint::Order(TicketState::Reserved);
    let expected = HintMessage::Hint { drop_id, ticket_id: order_id.into(), hint };
    for card in ["pm_card_decline", "pm_card_that_nobody_issued"] {
        worker.pay_order(order_id, card).await;
        let heard = async { while hints.next().await != expected {} };
        timeout(SOON, heard).await.expect("the hint is heard");
        assert_eq!(worker.state(order_id).await, "reserved", "another card may be tried");
    }
}
