//! Waiting → in flight → row → end.

use crate::{EPOCH, ids};
use shared::{
    lifecycle::TicketState,
    line::{AdmitBlock, Extension, Finished, LineState, LogPosition, SettleOutcome, Settlement},
};
use std::time::Duration;
use testkit::room::{TestRoom, admit_request};

#[tokio::test]
async fn a_ticket_goes_all_the_way() {
    let room = TestRoom::open(10).await;
    let (drop_id, queue) = (room.drop_id, &room.queue);
    let ticket = room.join(1).await[0];
    let key = [ticket.key()];

    let admission = room.admit(5).await;
    assert_eq!(admission.tickets[0].ticket, ticket);
    assert_eq!(admission.blocked_by, Some(AdmitBlock::Empty));
    let status = queue.status(drop_id, EPOCH, &key).await.unwrap();
    assert_eq!(status, [LineState::InFlight { extended: false }]);

    let position = LogPosition { generation: 1, partition: 3, offset: 77 };
    let extension = Extension { ticket_id: ticket.ticket_id, position };
    let lease = Duration::from_millis(1);
    assert_eq!(queue.extend(drop_id, EPOCH, &[extension], lease).await.unwrap(), 1);
    tokio::time::sleep(Duration::from_millis(5)).await;
    let expired = queue.expired_leases(drop_id, EPOCH, 10).await.unwrap();
    assert_eq!(expired[0].position, Some(position));
    assert_eq!(expired[0].ticket, admission.tickets[0]);

    let held = Settlement { ticket: ticket.key(), outcome: SettleOutcome::Held };
    queue.settle(drop_id, EPOCH, &[room.stock(2, 9, 1)], &[held]).await.unwrap();
    assert_eq!(queue.status(drop_id, EPOCH, &key).await.unwrap(), [LineState::Held]);
    assert!(queue.in_flight(drop_id, EPOCH).await.unwrap().is_empty());

    let state = TicketState::Confirmed;
    let done = Finished { ticket: ticket.key(), state };
    queue.finish(drop_id, EPOCH, &[room.stock(3, 9, 0)], &[done]).await.unwrap();
    // A late SETTLE does not bring it back.
    queue.settle(drop_id, EPOCH, &[room.stock(2, 9, 1)], &[held]).await.unwrap();
    assert_eq!(queue.status(drop_id, EPOCH, &key).await.unwrap(), [LineState::Finished]);
    assert_eq!(queue.stock(drop_id).await.unwrap(), [room.stock(3, 9, 0)]);
    let counts = queue.counts(drop_id, EPOCH).await.unwrap();
    assert_eq!((counts.joined, counts.ordered, counts.occupied), (1, 1, 0));
}

#[tokio::test]
async fn a_retry_gets_the_batch_of_the_first_time() {
    let room = TestRoom::open(10).await;
    room.join(4).await;
    let request = admit_request(2);
    let first = room.queue.admit(room.drop_id, EPOCH, request).await.unwrap();
    room.admit(1).await;
    let again = room.queue.admit(room.drop_id, EPOCH, request).await.unwrap();
    assert_eq!(ids(&first).len(), 2);
    assert_eq!(again, first);
}
