//! The ways in, out and back.

use crate::EPOCH;
use shared::{
    drops::CloseReason,
    ids::{TicketId, VariantId},
    line::{JoinOutcome, JoinRequest, LeaveOutcome, LineState, LiveState, Score},
};
use testkit::room::{TestRoom, room_config};

#[tokio::test]
async fn a_reload_keeps_the_place() {
    let room = TestRoom::open(10).await;
    let request = room.request(1);
    let JoinOutcome::Joined(first) = room.try_join(request).await.unwrap() else { panic!() };
    room.join(3).await;

    let again = JoinRequest { ticket_id: TicketId::generate(), ..request };
    let again = room.try_join(again).await.unwrap();

    assert_eq!(again, JoinOutcome::Existing(first, LiveState::Waiting));
    assert_eq!(first.score, Score::new(EPOCH, 1));
}

#[tokio::test]
async fn two_requests_of_one_shopper_in_a_batch_are_one_ticket() {
    let room = TestRoom::open(10).await;
    let (one, other) = (room.request(1), room.request(1));
    let twin = JoinRequest { shopper_id: one.shopper_id, ..other };
    let joins = room.queue.join(room.drop_id, EPOCH, &[one, twin]).await.unwrap();
    let JoinOutcome::Joined(ticket) = joins.outcomes[0] else { panic!() };
    assert_eq!(joins.outcomes[1], JoinOutcome::Existing(ticket, LiveState::Waiting));
    assert_eq!(room.queue.counts(room.drop_id, EPOCH).await.unwrap().waiting, 1);
}

#[tokio::test]
async fn whoever_left_may_join_again_at_the_end() {
    let room = TestRoom::open(10).await;
    let request = room.request(1);
    let JoinOutcome::Joined(first) = room.try_join(request).await.unwrap() else { panic!() };
    room.join(2).await;
    for _ in 0..2 {
        let left = room.queue.leave(room.drop_id, EPOCH, first.ticket_id, first.score).await;
        assert!(matches!(left.unwrap(), LeaveOutcome::Left { .. }));
    }
    let key = [(first.ticket_id, first.score)];
    let status = room.queue.status(room.drop_id, EPOCH, &key).await.unwrap();
    assert_eq!(status, [LineState::Left]);

    let again = JoinRequest { ticket_id: TicketId::generate(), ..request };
    let JoinOutcome::Joined(second) = room.try_join(again).await.unwrap() else { panic!() };
    assert_eq!(second.score, Score::new(EPOCH, 4));
}

#[tokio::test]
async fn nobody_joins_too_early_too_late_or_beyond_capacity() {
    let mut config = room_config(vec![VariantId::generate()]);
    config.opens_at_us = i64::MAX / 4;
    let early = TestRoom::open_with(config.clone(), 5).await;
    let outcome = early.try_join(early.request(1)).await.unwrap();
    assert_eq!(outcome, JoinOutcome::NotOpenYet { opens_at_us: config.opens_at_us });

    config.opens_at_us = 0;
    config.closes_at_us = Some(1);
    let late = TestRoom::open_with(config.clone(), 5).await;
    let outcome = late.try_join(late.request(1)).await.unwrap();
    assert_eq!(outcome, JoinOutcome::Ended(CloseReason::Closed));

    config.closes_at_us = None;
    config.capacity = 2;
    let small = TestRoom::open_with(config, 5).await;
    small.join(2).await;
    assert_eq!(small.try_join(small.request(1)).await.unwrap(), JoinOutcome::Full);
}
