//! Whose hold ran out unpaid, joins again after a while only.

use crate::{EPOCH, problem};
use shared::{
    ids::TicketId,
    lifecycle::TicketState,
    line::{CoolDown, EpochProblem, Finished, JoinOutcome, JoinRequest, LiveState},
};
use std::time::Duration;
use testkit::{room::TestRoom, wait_until};

/// A cool-down is over within this, on a busy machine as well.
const SOON: Duration = Duration::from_secs(20);
const MINUTE_US: i64 = 60_000_000;

/// The time of Redis.
async fn now_us(room: &TestRoom) -> i64 {
    room.queue.room(room.drop_id).await.unwrap().unwrap().now_us
}

fn again(request: JoinRequest) -> JoinRequest {
    JoinRequest { ticket_id: TicketId::generate(), ..request }
}

/// Keeps the shopper of a request from joining.
async fn cool(room: &TestRoom, request: JoinRequest, until_us: i64) {
    let cool_down = CoolDown { shopper_id: request.shopper_id, until_us };
    room.queue.cool(room.drop_id, EPOCH, &[cool_down]).await.unwrap();
}

#[tokio::test]
async fn whose_hold_ran_out_waits_before_joining_again_and_nobody_else_does() {
    let room = TestRoom::open(10).await;
    let (late, other) = (room.request(1), room.request(1));
    let JoinOutcome::Joined(ticket, _) = room.try_join(late).await.unwrap() else { panic!() };
    assert_eq!(room.admit(1).await.tickets.len(), 1);
    let until_us = now_us(&room).await + MINUTE_US;

    cool(&room, late, until_us).await;
    let existing = room.try_join(again(late)).await.unwrap();
    let in_flight = LiveState::InFlight { extended: false };
    assert_eq!(existing, JoinOutcome::Existing(ticket, in_flight, None), "it has one still");
    let end = Finished { ticket: ticket.key(), state: TicketState::Expired };
    room.queue.finish(room.drop_id, EPOCH, &[], &[end]).await.unwrap();

    let batch = [again(late), other, again(late)];
    let joins = room.queue.join(room.drop_id, EPOCH, &batch).await.unwrap();
    let cooling = JoinOutcome::Cooling { until_us };
    assert_eq!((joins.outcomes[0], joins.outcomes[2]), (cooling, cooling));
    let JoinOutcome::Joined(_, position) = joins.outcomes[1] else { panic!("{joins:?}") };
    assert_eq!((position.position, position.waiting), (1, 1));
}

#[tokio::test]
async fn a_cool_down_comes_to_its_end() {
    let room = TestRoom::open(10).await;
    let late = room.request(1);
    cool(&room, late, now_us(&room).await + 1_500_000).await;
    assert!(matches!(room.try_join(late).await.unwrap(), JoinOutcome::Cooling { .. }));

    wait_until("the end of the cool-down", SOON, async || {
        let joined = room.try_join(late).await.unwrap();
        matches!(joined, JoinOutcome::Joined(..)).then_some(())
    })
    .await;
    // The next one who cools down has what is past forgotten.
    cool(&room, room.request(1), now_us(&room).await + MINUTE_US).await;
    let key = queue::DropKeys::new(room.drop_id).named("cool");
    let mut connection = room.redis.connect().await;
    let n_cooling: u64 = redis::cmd("ZCARD").arg(key).query_async(&mut connection).await.unwrap();
    assert_eq!(n_cooling, 1);
}

#[tokio::test]
async fn a_cool_down_that_is_told_late_or_again_stays_as_it_is() {
    let room = TestRoom::open(10).await;
    let (late, past) = (room.request(1), room.request(1));
    let until_us = now_us(&room).await + MINUTE_US;
    for told_us in [until_us, until_us - 1_000_000, until_us] {
        cool(&room, late, told_us).await;
        let outcome = room.try_join(late).await.unwrap();
        assert_eq!(outcome, JoinOutcome::Cooling { until_us });
    }
    cool(&room, past, 1).await;
    assert!(matches!(room.try_join(past).await.unwrap(), JoinOutcome::Joined(..)));
}

#[tokio::test]
async fn cool_downs_are_restored_before_a_room_opens_and_go_with_it() {
    let room = TestRoom::open(10).await;
    let (late, next) = (room.request(1), EPOCH.next());
    let until_us = now_us(&room).await + MINUTE_US;
    let cool_downs = [CoolDown { shopper_id: late.shopper_id, until_us }];
    let (queue, drop_id) = (&room.queue, room.drop_id);
    let restored = queue.restore_cool_downs(drop_id, EPOCH, &cool_downs).await;
    assert_eq!(problem(restored), EpochProblem::Open);

    queue.begin(drop_id, next).await.unwrap();
    queue.restore_cool_downs(drop_id, next, &cool_downs).await.unwrap();
    queue.open(drop_id, next, &room.config, None, Duration::ZERO).await.unwrap();
    let joins = queue.join(drop_id, next, &[late]).await.unwrap();
    assert_eq!(joins.outcomes, [JoinOutcome::Cooling { until_us }]);

    queue.remove_room(drop_id, next).await.unwrap();
    let mut connection = room.redis.connect().await;
    let n_keys: u64 = redis::cmd("DBSIZE").query_async(&mut connection).await.unwrap();
    assert_eq!(n_keys, 0);
}

#[tokio::test]
async fn a_proof_is_accepted_once() {
    let room = TestRoom::empty().await;
    let minute = Duration::from_secs(60);
    assert!(room.queue.take_proof("0123456789abcdef01234567", minute).await.unwrap());
    assert!(!room.queue.take_proof("0123456789abcdef01234567", minute).await.unwrap());
    assert!(room.queue.take_proof("76543210fedcba9876543210", minute).await.unwrap());
}
