//! A room that lets in by number: as many as its seller has counted in, and no rate.

use crate::{EPOCH, ids};
use shared::{
    drops::CloseReason,
    ids::{TicketId, VariantId},
    lifecycle::TicketState,
    line::{
        AdmitBlock, Epoch, JoinedTicket, LineFold, LineState, RoomConfig, RoomEvent, ServedNumbers,
        SettleOutcome, Settlement,
    },
};
use std::time::Duration;
use testkit::room::{TestRoom, admit_request, room_config};

const NEXT: Epoch = Epoch(2);

/// The settings of a room that serves these numbers, at a rate by which nobody would come in.
fn serving(after: u64, up_to: u64) -> RoomConfig {
    RoomConfig {
        has_stock: false,
        manual: Some(ServedNumbers { after, up_to }),
        admission_rate_per_second: 0.001,
        ..room_config(vec![VariantId::generate()])
    }
}

/// Serves other numbers from now on.
async fn serve(room: &TestRoom, version: i64, after: u64, up_to: u64) {
    let manual = Some(ServedNumbers { after, up_to });
    let config = RoomConfig { manual, version, ..room.config.clone() };
    let change = room.queue.configure(room.drop_id, EPOCH, &config).await.unwrap();
    assert!(change.applied && !change.changed, "nobody in line is told of it");
}

fn tickets(joined: &[JoinedTicket]) -> Vec<TicketId> {
    joined.iter().map(|ticket| ticket.ticket_id).collect()
}

#[tokio::test]
async fn an_increment_lets_in_so_many_at_once_whatever_the_rate_is() {
    let room = TestRoom::open_with(serving(0, 0), 0).await;
    let joined = room.join(5).await;
    let nobody = room.admit(10).await;
    assert_eq!((ids(&nobody).len(), nobody.blocked_by), (0, Some(AdmitBlock::Rate)));
    assert_eq!(nobody.next_due, None, "time changes nothing");

    serve(&room, 2, 0, 3).await;
    let admission = room.admit(10).await;

    assert_eq!(ids(&admission), tickets(&joined[..3]));
    assert_eq!((admission.blocked_by, admission.next_due), (Some(AdmitBlock::Rate), None));
    assert!(room.admit(10).await.tickets.is_empty());
    let header = room.queue.room(room.drop_id).await.unwrap().unwrap();
    assert_eq!(header.config.manual, Some(ServedNumbers { after: 0, up_to: 3 }));
}

#[tokio::test]
async fn an_increment_past_the_last_number_is_for_those_who_come_later() {
    let room = TestRoom::open_with(serving(0, 0), 0).await;
    room.join(2).await;
    serve(&room, 2, 0, 4).await;
    let first = room.admit(10).await;
    assert_eq!((first.tickets.len(), first.blocked_by), (2, Some(AdmitBlock::Empty)));

    let late = room.join(3).await;
    let second = room.admit(10).await;

    assert_eq!(ids(&second), tickets(&late[..2]));
    assert_eq!(second.blocked_by, Some(AdmitBlock::Rate));
}

#[tokio::test]
async fn a_negative_increment_takes_back_what_nobody_has_used() {
    let room = TestRoom::open_with(serving(0, 6), 0).await;
    room.join(2).await;
    assert_eq!(ids(&room.admit(10).await).len(), 2);
    serve(&room, 2, 0, 1).await;
    let late = room.join(2).await;
    assert!(room.admit(10).await.tickets.is_empty());
    let counts = room.queue.counts(room.drop_id, EPOCH).await.unwrap();
    assert_eq!(counts.occupied, 2, "who is inside stays there");

    serve(&room, 3, 0, 3).await;
    assert_eq!(ids(&room.admit(10).await), tickets(&late[..1]), "by the number, not by the count");
}

#[tokio::test]
async fn numbers_at_the_ends_of_the_range_are_served_like_any_others() {
    let room = TestRoom::open_with(serving(0, 0), 0).await;
    room.join(3).await;
    for (version, counter) in [(2, -(1_i64 << 31)), (3, 0), (4, 1_i64 << 31), (5, i64::MAX)] {
        let served = ServedNumbers::new(0, counter);
        serve(&room, version, served.after, served.up_to).await;
        let expected = usize::from(version == 4) * 3;
        assert_eq!(room.admit(10).await.tickets.len(), expected, "{counter}");
    }
}

#[tokio::test]
async fn places_inside_still_count_where_numbers_are_served() {
    let config = RoomConfig { occupancy_cap: 1, ..serving(0, 3) };
    let room = TestRoom::open_with(config, 0).await;
    let joined = room.join(3).await;
    let first = room.admit(10).await;
    assert_eq!((first.tickets.len(), first.blocked_by), (1, Some(AdmitBlock::Occupancy)));
    let outcome = SettleOutcome::Ended(TicketState::Visited);
    let ended = [Settlement { ticket: joined[0].key(), outcome }];
    room.queue.settle(room.drop_id, EPOCH, &[], &ended).await.unwrap();
    assert_eq!(ids(&room.admit(10).await), tickets(&joined[1..2]));
}

#[tokio::test]
async fn those_from_before_a_reset_are_closed_and_those_behind_are_served_from_one() {
    let room = TestRoom::open_with(serving(0, 1), 0).await;
    let (queue, drop_id) = (&room.queue, room.drop_id);
    let before = room.join(4).await;
    assert_eq!(room.admit(10).await.tickets.len(), 1);
    let last = queue.last_number(drop_id, EPOCH).await.unwrap();
    assert_eq!(last, 4);
    let behind = room.join(3).await;
    serve(&room, 2, last, last + 2).await;
    assert!(room.admit(10).await.tickets.is_empty(), "nobody passes those who are still there");

    let reason = CloseReason::Cancelled;
    let mut n_closed = 0;
    for expected in [2, 1, 0] {
        let progress = queue.close_up_to(drop_id, EPOCH, reason, last, 2).await.unwrap();
        assert_eq!(progress.closed, expected);
        n_closed += progress.closed;
        assert_eq!(progress.remaining, 6 - n_closed);
    }

    assert_eq!(ids(&room.admit(10).await), tickets(&behind[..2]));
    let states = queue.status(drop_id, EPOCH, &[before[1].key(), behind[2].key()]).await.unwrap();
    assert_eq!(states, [LineState::Closed(reason), LineState::Waiting]);
}

#[tokio::test]
async fn after_a_loss_numbers_go_on_where_they_were() {
    let room = TestRoom::open_with(serving(0, 2), 0).await;
    let (queue, drop_id) = (&room.queue, room.drop_id);
    let joined = room.join(4).await;
    let mut fold = LineFold::new();
    fold.apply(&RoomEvent::Joined { tickets: joined.clone() });
    fold.hold(joined[0]);
    let image = fold.image().with_numbers_after(0);
    assert_eq!(image.last_number, 4);

    queue.begin(drop_id, NEXT).await.unwrap();
    for _ in 0..2 {
        queue.load(drop_id, NEXT, &image, Duration::from_secs(60)).await.unwrap();
    }
    queue.open(drop_id, NEXT, &room.config, None, Duration::ZERO).await.unwrap();

    assert_eq!(queue.last_number(drop_id, NEXT).await.unwrap(), 4);
    queue.join(drop_id, NEXT, &[room.request(1)]).await.unwrap();
    assert_eq!(queue.last_number(drop_id, NEXT).await.unwrap(), 5);
    let admission = queue.admit(drop_id, NEXT, admit_request(10)).await.unwrap();
    assert_eq!(ids(&admission), tickets(&joined[1..2]), "two were counted in, and one is inside");
}
