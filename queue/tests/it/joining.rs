//! The ways in, out and back.

use crate::EPOCH;
use queue::DropKeys;
use shared::{
    drops::CloseReason,
    ids::{TicketId, VariantId},
    line::{
        Intent, JoinOutcome, JoinRequest, JoinedTicket, LeaveOutcome, LineState, LiveState,
        Position, Score,
    },
};
use testkit::room::{TestRoom, room_config};

#[tokio::test]
async fn a_reload_keeps_the_place() {
    let room = TestRoom::open(10).await;
    let request = room.request(1);
    let JoinOutcome::Joined(first, _) = room.try_join(request).await.unwrap() else { panic!() };
    room.join(3).await;

    let again = JoinRequest { ticket_id: TicketId::generate(), ..request };
    let again = room.try_join(again).await.unwrap();

    let position = Position { position: 1, waiting: 4, evn: 3 };
    assert_eq!(again, JoinOutcome::Existing(first, LiveState::Waiting, Some(position)));
    assert_eq!(first.score, Score::new(EPOCH, 1));
}

#[tokio::test]
async fn two_requests_of_one_shopper_in_a_batch_are_one_ticket() {
    let room = TestRoom::open(10).await;
    let (one, other) = (room.request(1), room.request(1));
    let twin = JoinRequest { shopper_id: one.shopper_id, ..other };
    let joins = room.queue.join(room.drop_id, EPOCH, &[one, twin]).await.unwrap();
    let JoinOutcome::Joined(ticket, position) = joins.outcomes[0] else { panic!() };
    let twin = JoinOutcome::Existing(ticket, LiveState::Waiting, Some(position));
    assert_eq!(joins.outcomes[1], twin);
    assert_eq!(room.queue.counts(room.drop_id, EPOCH).await.unwrap().waiting, 1);
}

#[tokio::test]
async fn whoever_left_may_join_again_at_the_end() {
    let room = TestRoom::open(10).await;
    let request = room.request(1);
    let JoinOutcome::Joined(first, _) = room.try_join(request).await.unwrap() else { panic!() };
    room.join(2).await;
    for _ in 0..2 {
        let left = room.queue.leave(room.drop_id, EPOCH, first.key()).await;
        assert!(matches!(left.unwrap(), LeaveOutcome::Left { .. }));
    }
    let status = room.queue.status(room.drop_id, EPOCH, &[first.key()]).await.unwrap();
    assert_eq!(status, [LineState::Left]);

    let again = JoinRequest { ticket_id: TicketId::generate(), ..request };
    let JoinOutcome::Joined(second, _) = room.try_join(again).await.unwrap() else { panic!() };
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

/// Returns how many Redis has ahead of a ticket in its line, and how many it has there.
async fn rank(room: &TestRoom, ticket: &JoinedTicket) -> (u64, u64) {
    let key = DropKeys::new(room.drop_id).waiting(ticket.lane, ticket.intent.variant_id);
    let mut pipe = redis::pipe();
    pipe.cmd("ZRANK").arg(&key).arg(ticket.shopper_id.as_bytes().as_slice());
    pipe.cmd("ZCARD").arg(&key);
    pipe.query_async(&mut room.redis.connect().await).await.unwrap()
}

/// Asserts that whoever waits was told the true position.
async fn assert_positions(room: &TestRoom, outcomes: &[JoinOutcome]) {
    let evn = room.queue.counts(room.drop_id, EPOCH).await.unwrap().evn;
    for outcome in outcomes {
        let (JoinOutcome::Joined(ticket, told)
        | JoinOutcome::Existing(ticket, LiveState::Waiting, Some(told))) = outcome
        else {
            panic!("{outcome:?}");
        };
        let (ahead, waiting) = rank(room, ticket).await;
        assert_eq!(*told, Position { position: ahead + 1, waiting, evn }, "{ticket:?}");
    }
}

#[tokio::test]
async fn a_join_is_answered_with_the_position_in_its_own_line() {
    let variants = [VariantId::generate(), VariantId::generate()];
    let room = TestRoom::open_with(room_config(variants.to_vec()), 10).await;
    let wanting = |variant_id| {
        let intent = Intent { variant_id, units: 1 };
        JoinRequest { intent, ..room.request(1) }
    };
    // One, three and two behind each other, in two lines.
    let wanted = [0, 1, 1, 0, 1, 0].map(|n| wanting(variants[n]));
    let first = room.queue.join(room.drop_id, EPOCH, &wanted).await.unwrap();
    assert_positions(&room, &first.outcomes).await;

    // Newcomers and those who come again, some of them twice, in one batch.
    let again = |request: &JoinRequest| JoinRequest { ticket_id: TicketId::generate(), ..*request };
    let (new, other) = (wanting(variants[0]), wanting(variants[1]));
    let batch = [again(&wanted[3]), new, again(&wanted[4]), other, again(&new), again(&wanted[0])];
    let second = room.queue.join(room.drop_id, EPOCH, &batch).await.unwrap();
    assert_positions(&room, &second.outcomes).await;

    // Somebody ahead leaves.
    let JoinOutcome::Joined(ticket, _) = first.outcomes[1] else { panic!() };
    room.queue.leave(room.drop_id, EPOCH, ticket.key()).await.unwrap();
    let third = room.queue.join(room.drop_id, EPOCH, &[again(&wanted[4])]).await.unwrap();
    assert_positions(&room, &third.outcomes).await;
}

#[tokio::test]
async fn whoever_is_past_waiting_has_no_position() {
    let room = TestRoom::open(10).await;
    let request = room.request(1);
    let JoinOutcome::Joined(ticket, _) = room.try_join(request).await.unwrap() else { panic!() };
    assert_eq!(room.admit(1).await.tickets.len(), 1);
    let again = room.try_join(request).await.unwrap();
    let in_flight = LiveState::InFlight { extended: false };
    assert_eq!(again, JoinOutcome::Existing(ticket, in_flight, None));
}
