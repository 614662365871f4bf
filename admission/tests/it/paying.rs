//! What a stream tells of an order that is being paid.

use crate::harness::{AdmissionTest, PATIENCE, TestShopper, claims, next, until, until_close};
use queue::Hint;
use serde_json::json;
use shared::{
    lifecycle::TicketState,
    line::{Finished, JoinedTicket, SettleOutcome, Settlement},
};
use testkit::{room::TestRoom, wait_until};

/// Lets the only ticket of a room in, up to the hold of its units.
async fn hold(room: &TestRoom, ticket: JoinedTicket) {
    wait_until("admission", PATIENCE, async || {
        (!room.admit(1).await.tickets.is_empty()).then_some(())
    })
    .await;
    let settled = Settlement { ticket: ticket.key(), outcome: SettleOutcome::Held };
    room.queue.settle(room.drop_id, TestRoom::EPOCH, &[], &[settled]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_card_that_is_declined_is_told_to_the_page_until_one_is_taken() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let joined = test.join(&instance, &TestShopper::new()).await;
    let token = joined["token"].as_str().unwrap();
    let mut socket = test.stream(&instance, token, "").await;
    let (room, ticket) = (&test.room, claims(token).ticket);
    hold(room, ticket).await;
    until(&mut socket, |frame| frame["type"] == "held").await;

    // A page that is told this reads its order, and lets the shopper try another card.
    for _ in 0..2 {
        let declined = [(ticket.ticket_id, Hint::Order(TicketState::Reserved))];
        room.queue.publish_hints(room.drop_id, &declined).await.unwrap();
        let frame = next(&mut socket).await.unwrap();
        assert_eq!(frame, json!({"type": "order", "state": "reserved"}));
    }

    let finished = Finished { ticket: ticket.key(), state: TicketState::Confirmed };
    room.queue.finish(room.drop_id, TestRoom::EPOCH, &[], &[finished]).await.unwrap();
    let end = next(&mut socket).await.unwrap();
    assert_eq!(end, json!({"type": "order", "state": "confirmed"}));
    assert_eq!(until_close(&mut socket).await.0, 4502);
}
