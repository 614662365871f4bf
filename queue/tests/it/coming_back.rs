//! Tickets that Redis has lost, and the grace in which they come back.

use crate::EPOCH;
use shared::{
    drops::CloseReason,
    ids::TicketId,
    line::{
        AdmitBlock, AttachOutcome, Epoch, JoinOutcome, JoinRequest, JoinedTicket, LineImage,
        LineState, RoomEvent, Score,
    },
};
use std::time::Duration;
use testkit::room::{TestRoom, admit_request};

const NEXT: Epoch = Epoch(2);

/// Deletes everything and opens the next epoch.
async fn wipe(room: &TestRoom, grace: Duration) {
    let (queue, drop_id) = (&room.queue, room.drop_id);
    queue.begin(drop_id, NEXT).await.unwrap();
    let nobody = LineImage::default();
    queue.load(drop_id, NEXT, &nobody, Duration::from_secs(60)).await.unwrap();
    queue.restore_stock(drop_id, NEXT, &[room.stock(1, 5, 0)]).await.unwrap();
    queue.open(drop_id, NEXT, &room.config, None, grace).await.unwrap();
}

async fn join_again(room: &TestRoom, ticket: &JoinedTicket) -> JoinOutcome {
    let again = JoinRequest {
        ticket_id: TicketId::generate(),
        shopper_id: ticket.shopper_id,
        ..room.request(1)
    };
    room.queue.join(room.drop_id, NEXT, &[again]).await.unwrap().outcomes[0]
}

#[tokio::test]
async fn old_tickets_come_back_to_their_places() {
    let room = TestRoom::open(5).await;
    let tickets = room.join(4).await;
    wipe(&room, Duration::ZERO).await;
    let backwards: Vec<_> = tickets.iter().rev().copied().collect();
    let back = room.queue.attach(room.drop_id, NEXT, &backwards).await.unwrap();
    assert_eq!(back.outcomes, vec![AttachOutcome::Attached; 4]);
    let again = room.queue.attach(room.drop_id, NEXT, &backwards[..1]).await.unwrap();
    assert_eq!(again.outcomes, [AttachOutcome::Known(LineState::Waiting)]);
    let snapshot = room.queue.snapshot(room.drop_id, NEXT).await.unwrap();
    let scores: Vec<_> = tickets.iter().map(|ticket| ticket.score).collect();
    assert_eq!(snapshot.lines[0].scores, scores);
}

#[tokio::test]
async fn of_two_waiting_tickets_the_one_ahead_stays() {
    let room = TestRoom::open(5).await;
    let old = room.join(1).await[0];
    wipe(&room, Duration::ZERO).await;
    let JoinOutcome::Joined(new, _) = join_again(&room, &old).await else { panic!() };

    let back = room.queue.attach(room.drop_id, NEXT, &[old]).await.unwrap();
    assert_eq!(back.outcomes, [AttachOutcome::Attached]);
    let keys = [old.key(), new.key()];
    let status = room.queue.status(room.drop_id, NEXT, &keys).await.unwrap();
    assert_eq!(status, [LineState::Waiting, LineState::Closed(CloseReason::Replaced)]);

    let batch = room.queue.events_after(room.drop_id, Default::default(), 10).await.unwrap();
    let [.., closed, attached] = batch.events.as_slice() else { panic!("{batch:?}") };
    assert!(matches!(closed.event, RoomEvent::Closed { reason: CloseReason::Replaced, .. }));
    assert_eq!(attached.event, RoomEvent::Attached { tickets: vec![old] });
}

#[tokio::test]
async fn whoever_is_past_waiting_gets_no_second_ticket() {
    let room = TestRoom::open(5).await;
    let old = room.join(1).await[0];
    wipe(&room, Duration::ZERO).await;
    let JoinOutcome::Joined(new, _) = join_again(&room, &old).await else { panic!() };
    room.queue.admit(room.drop_id, NEXT, admit_request(1)).await.unwrap();
    tokio::time::sleep(Duration::from_millis(105)).await;
    let admitted = room.queue.admit(room.drop_id, NEXT, admit_request(1)).await.unwrap();
    assert_eq!(admitted.tickets.len(), 1);

    let back = room.queue.attach(room.drop_id, NEXT, &[old]).await.unwrap();
    assert_eq!(back.outcomes, [AttachOutcome::Refused(new)]);
}

#[tokio::test]
async fn in_the_grace_only_old_tickets_come_back() {
    let room = TestRoom::open(5).await;
    let old = room.join(1).await[0];
    wipe(&room, Duration::from_secs(60)).await;
    let joined = room.queue.join(room.drop_id, NEXT, &[room.request(1)]).await.unwrap();
    assert!(matches!(joined.outcomes[0], JoinOutcome::Grace { .. }));
    let back = room.queue.attach(room.drop_id, NEXT, &[old]).await.unwrap();
    assert_eq!(back.outcomes, [AttachOutcome::Attached]);
    let admission = room.queue.admit(room.drop_id, NEXT, admit_request(1)).await.unwrap();
    assert_eq!(admission.blocked_by, Some(AdmitBlock::Grace));
}

#[tokio::test]
async fn a_number_that_was_never_given_is_impossible() {
    let room = TestRoom::open(5).await;
    let ticket = room.join(1).await[0];
    for score in [Score::new(EPOCH, 2), Score::new(NEXT, 1)] {
        let forged = JoinedTicket { ticket_id: TicketId::generate(), score, ..ticket };
        let back = room.queue.attach(room.drop_id, EPOCH, &[forged]).await.unwrap();
        assert_eq!(back.outcomes, [AttachOutcome::Impossible]);
    }
}

#[tokio::test]
async fn whoever_left_does_not_come_back() {
    let room = TestRoom::open(5).await;
    let ticket = room.join(1).await[0];
    room.queue.leave(room.drop_id, EPOCH, ticket.key()).await.unwrap();
    let back = room.queue.attach(room.drop_id, EPOCH, &[ticket]).await.unwrap();
    assert_eq!(back.outcomes, [AttachOutcome::Known(LineState::Left)]);
}
