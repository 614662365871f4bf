//! Lanes and their shares.

use crate::{EPOCH, ids};
use shared::{
    ids::VariantId,
    line::{
        Admission, AdmitBlock, Epoch, JoinOutcome, JoinRequest, JoinedTicket, Lane, LaneShare,
        LineFold, RoomEvent, Score,
    },
};
use std::time::Duration;
use testkit::room::{TestRoom, admit_request, room_config};

const NEXT: Epoch = Epoch(2);

/// Opens a room with these lanes beside the normal one.
async fn room(lanes: &[(u8, u8)], available: u32) -> TestRoom {
    let mut config = room_config(vec![VariantId::generate()]);
    config.lanes = shares(lanes);
    let room = TestRoom::open_with(config, available).await;
    room.fill_bucket().await;
    room
}

fn shares(lanes: &[(u8, u8)]) -> Vec<LaneShare> {
    lanes.iter().map(|(lane, percent)| LaneShare { lane: Lane(*lane), percent: *percent }).collect()
}

async fn join(room: &TestRoom, lane: u8, n: usize, units: u32) -> Vec<JoinedTicket> {
    let request = |_| JoinRequest { lane: Lane(lane), ..room.request(units) };
    let requests: Vec<_> = (0..n).map(request).collect();
    let joins = room.queue.join(room.drop_id, EPOCH, &requests).await.unwrap();
    let joined = joins.outcomes.into_iter().map(|outcome| match outcome {
        JoinOutcome::Joined(ticket, _) => ticket,
        other => panic!("not joined: {other:?}"),
    });
    joined.collect()
}

/// The lanes of admitted tickets, in order.
fn lanes(admission: &Admission) -> Vec<u8> {
    admission.tickets.iter().map(|one| one.ticket.lane.0).collect()
}

fn in_lane(lanes: &[u8], lane: u8) -> usize {
    lanes.iter().filter(|one| **one == lane).count()
}

async fn has_turns(room: &TestRoom) -> bool {
    let mut exists = redis::cmd("EXISTS");
    exists.arg(format!("{{{}}}:turns", room.drop_id));
    exists.query_async(&mut room.redis.connect().await).await.unwrap()
}

#[tokio::test]
async fn lanes_keep_their_shares_over_all_calls_and_the_order_within_each() {
    let room = room(&[(1, 20)], 1_000).await;
    let (normal, first) = (join(&room, 0, 100, 1).await, join(&room, 1, 60, 1).await);
    let mut tickets = Vec::new();
    // One at a time: what a call leaves behind is all that the next knows.
    for _ in 0..50 {
        tickets.extend(room.admit(1).await.tickets.into_iter().map(|one| one.ticket));
    }
    let of_lane = |lane: u8| tickets.iter().filter(move |one| one.lane.0 == lane).copied();
    assert_eq!(of_lane(0).collect::<Vec<_>>(), normal[..40]);
    assert_eq!(of_lane(1).collect::<Vec<_>>(), first[..10]);
    assert_eq!(in_lane(&lanes(&room.admit(50).await), 1), 10, "and in one call");
}

#[tokio::test]
async fn what_a_lane_does_not_use_goes_to_the_others_and_is_not_made_up_for() {
    let room = room(&[(1, 20)], 1_000).await;
    join(&room, 0, 100, 1).await;
    join(&room, 1, 2, 1).await;
    assert_eq!(in_lane(&lanes(&room.admit(50).await), 0), 48);

    join(&room, 1, 50, 1).await;
    assert_eq!(in_lane(&lanes(&room.admit(10).await), 1), 2);
}

#[tokio::test]
async fn a_lane_without_a_share_moves_when_no_other_can() {
    let room = room(&[(1, 20), (2, 0)], 1_000).await;
    for lane in [2, 1, 0] {
        join(&room, lane, 3, 1).await;
    }
    let admitted = lanes(&room.admit(9).await);
    assert_eq!(admitted[6..], [2, 2, 2]);
    assert_eq!(in_lane(&admitted[..6], 1), 3);
}

#[tokio::test]
async fn a_ticket_that_does_not_fit_is_not_passed_by_another_lane() {
    let room = room(&[(1, 20)], 1).await;
    room.queue.update_stock(room.drop_id, EPOCH, &[room.stock(2, 1, 1)]).await.unwrap();
    let big = join(&room, 0, 1, 2).await[0];
    let small = join(&room, 1, 1, 1).await[0];
    let admission = room.admit(5).await;
    assert_eq!((ids(&admission).len(), admission.blocked_by), (0, Some(AdmitBlock::Stock)));

    room.queue.update_stock(room.drop_id, EPOCH, &[room.stock(3, 3, 0)]).await.unwrap();
    assert_eq!(ids(&room.admit(5).await), [big.ticket_id, small.ticket_id]);
}

#[tokio::test]
async fn lanes_come_with_the_settings_and_a_room_without_them_has_no_turns() {
    let room = room(&[], 1_000).await;
    room.join(5).await;
    room.admit(2).await;
    assert!(!has_turns(&room).await);
    let in_lane_1 = JoinRequest { lane: Lane(1), ..room.request(1) };
    assert!(room.try_join(in_lane_1).await.is_err(), "there is no such lane");

    let mut config = room.config.clone();
    (config.lanes, config.version) = (shares(&[(1, 50)]), 2);
    room.queue.configure(room.drop_id, EPOCH, &config).await.unwrap();
    let header = room.queue.room(room.drop_id).await.unwrap().unwrap();
    assert_eq!(header.config, config);
    let JoinOutcome::Joined(_, position) = room.try_join(in_lane_1).await.unwrap() else {
        panic!("the lane is there");
    };
    assert_eq!((position.position, position.waiting), (1, 1), "a lane has positions of its own");
    assert_eq!(lanes(&room.admit(2).await), [0, 1]);
    assert!(has_turns(&room).await);
}

#[tokio::test]
async fn a_rebuilt_room_has_everybody_in_the_lane_and_order_of_before_and_all_turns_anew() {
    let room = room(&[(1, 50)], 1_000).await;
    let (normal, first) = (join(&room, 0, 20, 1).await, join(&room, 1, 20, 1).await);
    room.admit(3).await;
    let mut fold = LineFold::new();
    fold.apply(&RoomEvent::Joined { tickets: [&first[..], &normal[..]].concat() });
    let queue = &room.queue;
    queue.begin(room.drop_id, NEXT).await.unwrap();
    assert!(!has_turns(&room).await);
    queue.load(room.drop_id, NEXT, &fold.image(), Duration::from_secs(60)).await.unwrap();
    queue.restore_stock(room.drop_id, NEXT, &[room.stock(2, 1_000, 0)]).await.unwrap();
    queue.open(room.drop_id, NEXT, &room.config, None, Duration::ZERO).await.unwrap();

    let lines = queue.snapshot(room.drop_id, NEXT).await.unwrap().lines;
    let found: Vec<_> = lines.into_iter().map(|line| (line.lane, line.scores)).collect();
    let scores =
        |tickets: &[JoinedTicket]| -> Vec<Score> { tickets.iter().map(|one| one.score).collect() };
    assert_eq!(found, [(Lane(0), scores(&normal)), (Lane(1), scores(&first))]);
    // The bucket fills from the first call on.
    queue.admit(room.drop_id, NEXT, admit_request(1)).await.unwrap();
    tokio::time::sleep(Duration::from_millis(105)).await;
    let admission = queue.admit(room.drop_id, NEXT, admit_request(4)).await.unwrap();
    assert_eq!(lanes(&admission), [0, 1, 0, 1]);
}
