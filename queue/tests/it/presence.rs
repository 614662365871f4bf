//! Who is absent near the front is passed over, and stands at their own place again once back.

use crate::{EPOCH, ids};
use shared::{
    drops::CloseReason,
    ids::{TicketId, VariantId},
    lifecycle::TicketState,
    line::{
        AdmitBlock, AdmitRequest, AttachOutcome, EventPoint, JoinOutcome, JoinRequest,
        JoinedTicket, Lane, LaneShare, LineState, LiveState, Presence, PresenceMark, RoomConfig,
        RoomEvent, Score, SettleOutcome, Settlement,
    },
};
use std::{
    num::NonZeroU32,
    time::{Duration, Instant},
};
use testkit::room::{TestRoom, admit_request, room_config};

/// How long a mark lasts: long enough for a machine that stalls.
const TTL: Duration = Duration::from_secs(1);

fn config(window: u32, occupancy_cap: u32) -> RoomConfig {
    let window = NonZeroU32::new(window).unwrap();
    let ttl_ms = NonZeroU32::new(TTL.as_millis() as u32).unwrap();
    let open = room_config(vec![VariantId::generate()]);
    RoomConfig { presence: Some(Presence { ttl_ms, window }), occupancy_cap, ..open }
}

/// Opens a room without units, in which nobody can be let in yet.
async fn room() -> TestRoom {
    let room = TestRoom::open_with(config(5000, 1000), 0).await;
    room.fill_bucket().await;
    room
}

async fn see(room: &TestRoom, present: &[JoinedTicket]) {
    let mark =
        |ticket: &JoinedTicket| PresenceMark { ticket_id: ticket.ticket_id, ahead: Duration::ZERO };
    let marks: Vec<_> = present.iter().map(mark).collect();
    room.queue.here(room.drop_id, EPOCH, &marks).await.unwrap();
}

/// Sees these, and nobody else, until all others are absent. The drain looks all the while, if it is
/// there.
async fn watch(room: &TestRoom, present: &[JoinedTicket], drain: bool) {
    let began = Instant::now();
    while began.elapsed() < TTL + TTL / 2 {
        see(room, present).await;
        if drain {
            assert!(room.admit(500).await.tickets.is_empty(), "there are no units");
        }
        tokio::time::sleep(TTL / 20).await;
    }
    see(room, present).await;
}

/// Gives the room so many units; more than it had before.
async fn units(room: &TestRoom, available: u32) {
    let stock = [room.stock(100 + i64::from(available), available, 0)];
    room.queue.update_stock(room.drop_id, EPOCH, &stock).await.unwrap();
}

async fn scores(room: &TestRoom) -> Vec<Score> {
    room.queue.snapshot(room.drop_id, EPOCH).await.unwrap().lines.remove(0).scores
}

async fn events(room: &TestRoom) -> Vec<RoomEvent> {
    let after = EventPoint::default();
    let batch = room.queue.events_after(room.drop_id, after, 100).await.unwrap();
    batch.complete().unwrap().into_iter().map(|stored| stored.event).collect()
}

#[tokio::test]
async fn a_head_that_is_absent_is_passed_over() {
    let room = room().await;
    let tickets = room.join(3).await;
    watch(&room, &tickets[1..], true).await;
    units(&room, 5).await;
    let admission = room.admit(1).await;
    assert_eq!(ids(&admission), [tickets[1].ticket_id]);

    let keys = [tickets[0].key(), tickets[2].key()];
    let status = room.queue.status(room.drop_id, EPOCH, &keys).await.unwrap();
    assert_eq!(status, [LineState::Missed, LineState::Waiting]);
    let counts = room.queue.counts(room.drop_id, EPOCH).await.unwrap();
    assert_eq!((counts.waiting, counts.missed, counts.joined), (1, 1, 3));
    let events = events(&room).await;
    let [.., missed, RoomEvent::Admitted { .. }] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(*missed, RoomEvent::Missed { tickets: vec![tickets[0]] });
}

#[tokio::test]
async fn two_thousand_absent_heads_cost_five_calls() {
    let room = room().await;
    let mut tickets = Vec::new();
    for _ in 0..21 {
        tickets.extend(room.join(100).await);
    }
    let present = room.join(1).await;
    watch(&room, &present, true).await;
    units(&room, 5).await;
    for _ in 0..4 {
        let admission = room.admit(500).await;
        assert!(admission.tickets.is_empty());
        assert_eq!(admission.blocked_by, Some(AdmitBlock::Absent));
    }
    let admission = room.admit(500).await;
    assert_eq!(ids(&admission), [present[0].ticket_id]);
    assert_eq!(admission.blocked_by, Some(AdmitBlock::Empty));
    let counts = room.queue.counts(room.drop_id, EPOCH).await.unwrap();
    assert_eq!((counts.waiting, counts.missed), (0, tickets.len() as u64));
}

#[tokio::test]
async fn whoever_comes_back_stands_at_their_own_place() {
    let room = room().await;
    let tickets = room.join(4).await;
    watch(&room, &tickets[2..], true).await;
    units(&room, 5).await;
    assert_eq!(ids(&room.admit(1).await), [tickets[2].ticket_id]);
    assert_eq!(scores(&room).await, [tickets[3].score]);

    let back = room.queue.attach(room.drop_id, EPOCH, &tickets[1..2]).await.unwrap();
    assert_eq!(back.outcomes, [AttachOutcome::Returned]);
    let shopper_id = tickets[0].shopper_id;
    let again = JoinRequest { ticket_id: TicketId::generate(), shopper_id, ..room.request(1) };
    let outcome = room.try_join(again).await.unwrap();
    let JoinOutcome::Existing(ticket, LiveState::Waiting, Some(position)) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!((ticket, position.position, position.waiting), (tickets[0], 1, 3));
    let expected = [0, 1, 3].map(|n: usize| tickets[n].score);
    assert_eq!(scores(&room).await, expected);
    let events = events(&room).await;
    let [.., by_attaching, by_joining] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(*by_attaching, RoomEvent::Returned { tickets: vec![tickets[1]] });
    assert_eq!(*by_joining, RoomEvent::Returned { tickets: vec![tickets[0]] });

    // Coming back counts as being seen.
    assert_eq!(ids(&room.admit(1).await), [tickets[0].ticket_id]);
    let again = room.queue.attach(room.drop_id, EPOCH, &tickets[1..2]).await.unwrap();
    assert_eq!(again.outcomes, [AttachOutcome::Known(LineState::Waiting)]);
}

#[tokio::test]
async fn nobody_is_missed_where_nobody_watches() {
    let room = room().await;
    let tickets = room.join(2).await;
    for _ in 0..6 {
        room.admit(1).await;
        tokio::time::sleep(TTL / 4).await;
    }
    // The first mark in a room says nothing about those who were there before.
    see(&room, &tickets[1..]).await;
    units(&room, 5).await;
    assert_eq!(ids(&room.admit(1).await), [tickets[0].ticket_id]);
}

#[tokio::test]
async fn whoever_has_just_joined_or_come_to_the_front_is_not_missed() {
    let room = room().await;
    let tickets = room.join(1).await;
    // Nobody has looked at the front before, so whoever stands there may have come this moment.
    watch(&room, &[], false).await;
    units(&room, 1).await;
    assert_eq!(ids(&room.admit(500).await), [tickets[0].ticket_id]);

    let newcomers = room.join(1).await;
    for _ in 0..2 {
        tokio::time::sleep(TTL / 4).await;
        assert!(room.admit(1).await.tickets.is_empty(), "the only unit is in flight");
        see(&room, &[]).await;
    }
    units(&room, 2).await;
    assert_eq!(ids(&room.admit(1).await), [newcomers[0].ticket_id]);
}

#[tokio::test]
async fn a_poll_counts_for_as_long_as_it_says() {
    let room = room().await;
    let tickets = room.join(2).await;
    let mark = PresenceMark { ticket_id: tickets[0].ticket_id, ahead: TTL * 10 };
    room.queue.here(room.drop_id, EPOCH, &[mark]).await.unwrap();
    watch(&room, &[], true).await;
    units(&room, 5).await;
    assert_eq!(ids(&room.admit(2).await), [tickets[0].ticket_id], "the other was not seen");
}

#[tokio::test]
async fn closing_the_line_closes_the_absent_too() {
    let room = room().await;
    let tickets = room.join(2).await;
    watch(&room, &tickets[1..], true).await;
    units(&room, 5).await;
    room.admit(1).await;
    room.queue.end(room.drop_id, EPOCH, CloseReason::Closed).await.unwrap();
    let closing = room.queue.close_waiting(room.drop_id, EPOCH, CloseReason::Closed, 10).await;
    assert_eq!(closing.unwrap().closed, 1);
    let key = [tickets[0].key()];
    let status = room.queue.status(room.drop_id, EPOCH, &key).await.unwrap();
    assert_eq!(status, [LineState::Closed(CloseReason::Closed)]);
}

#[tokio::test]
async fn some_above_the_cap_are_let_in_where_the_caller_says_so() {
    let room = TestRoom::open_with(config(10, 2), 100).await;
    room.fill_bucket().await;
    room.join(9).await;
    let request = AdmitRequest { extra: 1, ..admit_request(10) };
    let admission = room.queue.admit(room.drop_id, EPOCH, request).await.unwrap();
    assert_eq!(admission.tickets.len(), 3);
    assert_eq!(admission.blocked_by, Some(AdmitBlock::Occupancy));
    assert!(room.admit(10).await.tickets.is_empty());
}

/// Ends the visit of somebody who was let in.
async fn visited(room: &TestRoom, ticket: &JoinedTicket) {
    for outcome in [SettleOutcome::Held, SettleOutcome::Ended(TicketState::Visited)] {
        let settled = [Settlement { ticket: ticket.key(), outcome }];
        let stock = [room.stock(2, 0, 0)];
        room.queue.settle(room.drop_id, EPOCH, &stock, &settled).await.unwrap();
    }
}

#[tokio::test]
async fn a_lane_of_absent_people_leaves_its_turn_to_the_others_even_without_stock() {
    let lanes = vec![LaneShare { lane: Lane(1), percent: 50 }];
    let without_stock = RoomConfig { has_stock: false, lanes, ..config(5000, 1) };
    let room = TestRoom::open_with(without_stock, 0).await;
    room.fill_bucket().await;
    let mut tickets = Vec::new();
    for lane in [Lane::NORMAL, Lane(1), Lane::NORMAL] {
        let request = JoinRequest { lane, ..room.request(1) };
        let outcome = room.try_join(request).await.unwrap();
        let JoinOutcome::Joined(ticket, _) = outcome else { panic!("{outcome:?}") };
        tickets.push(ticket);
    }
    assert_eq!(ids(&room.admit(1).await), [tickets[0].ticket_id]);
    watch(&room, &tickets[2..], false).await;
    visited(&room, &tickets[0]).await;
    assert_eq!(ids(&room.admit(1).await), [tickets[2].ticket_id], "it was the other lane's turn");
    let status = room.queue.status(room.drop_id, EPOCH, &[tickets[1].key()]).await.unwrap();
    assert_eq!(status, [LineState::Missed]);

    let back = room.queue.attach(room.drop_id, EPOCH, &tickets[1..2]).await.unwrap();
    assert_eq!(back.outcomes, [AttachOutcome::Returned]);
    visited(&room, &tickets[2]).await;
    assert_eq!(ids(&room.admit(1).await), [tickets[1].ticket_id]);
}
