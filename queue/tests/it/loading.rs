//! A line that is filled anew from what the log and Postgres know.

use crate::{EPOCH, problem};
use queue::LineScores;
use shared::{
    drops::CloseReason,
    ids::{ShopperId, TicketId, VariantId},
    lifecycle::TicketState,
    line::{
        EndedTicket, Epoch, EpochProblem, Finished, InFlightTicket, Intent, JoinedTicket, Lane,
        LineEnd, LineFold, LineImage, LineState, LogPosition, RoomCounts, RoomEvent, Score,
    },
};
use std::time::Duration;
use testkit::room::{TestRoom, admit_request, room_config};

const NEXT: Epoch = Epoch(2);
const LEASE: Duration = Duration::from_secs(60);

/// Returns somebody who joined with this number of the first epoch.
fn ticket(number: u64, variant_id: VariantId) -> JoinedTicket {
    JoinedTicket {
        ticket_id: TicketId::generate(),
        shopper_id: ShopperId::generate(),
        lane: Lane(0),
        score: Score::new(EPOCH, number),
        intent: Intent { variant_id, units: 1 },
        joined_at_ms: 1_700_000_000_000,
    }
}

/// Opens the next epoch with this image, loaded so often.
async fn rebuild(room: &TestRoom, image: &LineImage, times: usize) {
    room.queue.begin(room.drop_id, NEXT).await.unwrap();
    for _ in 0..times {
        room.queue.load(room.drop_id, NEXT, image, LEASE).await.unwrap();
    }
    open(room).await;
}

async fn open(room: &TestRoom) {
    let (queue, drop_id) = (&room.queue, room.drop_id);
    queue.restore_stock(drop_id, NEXT, &[room.stock(9, 5, 0)]).await.unwrap();
    queue.open(drop_id, NEXT, &room.config, None, Duration::ZERO).await.unwrap();
}

async fn found(room: &TestRoom) -> (Vec<LineScores>, RoomCounts) {
    let snapshot = room.queue.snapshot(room.drop_id, NEXT).await.unwrap();
    (snapshot.lines, room.queue.counts(room.drop_id, NEXT).await.unwrap())
}

#[tokio::test]
async fn twenty_thousand_people_come_back_in_their_order() {
    const N: u64 = 20_000;
    let variants = [VariantId::generate(), VariantId::generate()];
    let room = TestRoom::open_with(room_config(variants.to_vec()), 5).await;
    // What Redis alone has does not count beside the image.
    room.join(7).await;
    let tickets: Vec<_> = (1..=N).map(|n| ticket(n, variants[(n % 2) as usize])).collect();
    let mut fold = LineFold::new();
    for chunk in tickets.chunks(256) {
        fold.apply(&RoomEvent::Joined { tickets: chunk.to_vec() });
    }
    rebuild(&room, &fold.image(), 1).await;

    let (lines, counts) = found(&room).await;
    assert_eq!((counts.waiting, counts.joined), (N, N));
    assert_eq!(lines.len(), 2);
    for LineScores { variant_id, scores, .. } in lines {
        let of_line = tickets.iter().filter(|one| one.intent.variant_id == variant_id);
        assert!(of_line.map(|one| one.score).eq(scores), "{variant_id:?}");
    }
    let middle = tickets[9_999];
    let again = room.queue.find_by_account(room.drop_id, NEXT, middle.shopper_id).await.unwrap();
    assert_eq!(again.map(|(ticket, _)| ticket), Some(middle));
    let at =
        room.queue.position(room.drop_id, NEXT, Lane(0), middle.intent.variant_id, middle.score);
    assert_eq!(at.await.unwrap().position, 5_000);
}

#[tokio::test]
async fn everybody_is_where_the_image_has_them_however_often_it_is_loaded() {
    for times in 1..=2 {
        let room = TestRoom::open(5).await;
        let [waits, flies, held, left, closed, ordered] =
            [1, 2, 3, 4, 5, 6].map(|number| ticket(number, room.variant_id));
        let mut fold = LineFold::new();
        let (ticket_id, score) = (ordered.ticket_id, ordered.score);
        fold.end(EndedTicket { ticket_id, score, end: LineEnd::Ordered });
        fold.apply(&RoomEvent::Joined { tickets: vec![waits, flies, held, left, closed, ordered] });
        fold.apply(&RoomEvent::Left { tickets: vec![left.ticket_score()] });
        let reason = CloseReason::Replaced;
        fold.apply(&RoomEvent::Closed { reason, tickets: vec![closed.ticket_score()] });
        fold.hold(held);
        let position = LogPosition { generation: 1, partition: 3, offset: 9 };
        fold.fly(InFlightTicket { ticket: flies, admitted_at_us: 77, position });
        rebuild(&room, &fold.image(), times).await;

        let keys = [waits, flies, held, left, closed, ordered].map(|ticket| ticket.key());
        let states = room.queue.status(room.drop_id, NEXT, &keys).await.unwrap();
        let expected = [
            LineState::Waiting,
            LineState::InFlight { extended: true },
            LineState::Held,
            LineState::Left,
            LineState::Closed(reason),
            LineState::Finished,
        ];
        assert_eq!(states, expected, "loaded {times} times");
        let counts = found(&room).await.1;
        assert_eq!((counts.joined, counts.waiting, counts.occupied), (6, 1, 2));
        assert_eq!((counts.left, counts.closed, counts.ordered, counts.in_flight), (1, 1, 1, 1));
        let leases = room.queue.in_flight(room.drop_id, NEXT).await.unwrap();
        assert_eq!((leases.len(), leases[0].ticket.ticket), (1, flies));
        assert_eq!((leases[0].ticket.admitted_at_us, leases[0].position), (77, Some(position)));

        // The units in flight are free again once its order is over.
        let done = Finished { ticket: flies.key(), state: TicketState::Rejected };
        room.queue.finish(room.drop_id, NEXT, &[room.stock(10, 1, 0)], &[done]).await.unwrap();
        room.queue.admit(room.drop_id, NEXT, admit_request(1)).await.unwrap();
        tokio::time::sleep(Duration::from_millis(105)).await;
        let request = admit_request(9);
        let admission = room.queue.admit(room.drop_id, NEXT, request).await.unwrap();
        assert_eq!(admission.tickets.len(), 1);
    }
}

#[tokio::test]
async fn an_image_is_loaded_for_the_epoch_that_is_being_built_alone() {
    let room = TestRoom::open(5).await;
    let (queue, drop_id, image) = (&room.queue, room.drop_id, LineImage::default());
    let open = queue.load(drop_id, EPOCH, &image, LEASE).await;
    assert_eq!(problem(open), EpochProblem::Open);
    queue.begin(drop_id, NEXT).await.unwrap();
    for epoch in [EPOCH, NEXT.next()] {
        let other = queue.load(drop_id, epoch, &image, LEASE).await;
        assert_eq!(problem(other), EpochProblem::Stale);
    }
    queue.load(drop_id, NEXT, &image, LEASE).await.unwrap();
}

#[tokio::test]
async fn those_whom_redis_alone_knows_are_found_before_they_are_replaced() {
    let room = TestRoom::open(5).await;
    let mut tickets = Vec::new();
    for n in [256, 256, 88] {
        tickets.extend(room.join(n).await);
    }
    room.admit(1).await;
    let (queue, drop_id) = (&room.queue, room.drop_id);
    queue.begin(drop_id, NEXT).await.unwrap();
    let survivors = queue.survivors_in_line(drop_id, NEXT).await.unwrap();
    assert_eq!(survivors, tickets[1..]);
    let mut fold = LineFold::new();
    fold.apply(&RoomEvent::Attached { tickets: survivors });
    queue.load(drop_id, NEXT, &fold.image(), LEASE).await.unwrap();
    open(&room).await;
    let scores: Vec<_> = tickets[1..].iter().map(|ticket| ticket.score).collect();
    assert_eq!(found(&room).await.0[0].scores, scores);
}
