//! Events, hints and wakes, as other services hear them.

use crate::EPOCH;
use queue::{DropKeys, Hint, HintMessage, QueueError, Wake, WakeStream};
use shared::{
    lifecycle::TicketState,
    line::{
        EventPoint, Extension, Finished, LineImage, LogPosition, RoomEvent, SettleOutcome,
        Settlement,
    },
};
use std::time::Duration;
use testkit::room::TestRoom;

/// How long something that must be heard may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long nothing is heard before nothing will be.
const QUIET: Duration = Duration::from_millis(200);

#[tokio::test]
async fn a_reader_hears_of_a_join_while_it_waits() {
    let room = TestRoom::open(5).await;
    let after = EventPoint { epoch: EPOCH, evn: 1 };
    let mut reader = room.queue.event_reader();
    let rooms = [(room.drop_id, after)];
    let reading = reader.read(&rooms, PATIENCE, 100);
    let joining = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        room.join(2).await
    };
    let (heard, joined) = tokio::join!(reading, joining);
    let heard = heard.unwrap();
    assert_eq!(heard[0].0, room.drop_id);
    assert_eq!(heard[0].1.events[0].event, RoomEvent::Joined { tickets: joined });
    let nothing = [(room.drop_id, heard[0].1.events[0].point)];
    let quiet = reader.read(&nothing, Duration::from_millis(20), 100).await.unwrap();
    assert!(quiet.is_empty());
}

#[tokio::test]
async fn a_cancelled_read_does_not_disturb_the_next() {
    let room = TestRoom::open(5).await;
    let mut reader = room.queue.event_reader();
    let last = [(room.drop_id, EventPoint { epoch: EPOCH, evn: 1 })];
    let long = reader.read(&last, Duration::from_secs(30), 100);
    assert!(tokio::time::timeout(Duration::from_millis(100), long).await.is_err());
    let first = [(room.drop_id, EventPoint::default())];
    let heard = reader.read(&first, Duration::from_secs(1), 100).await.unwrap();
    assert!(matches!(heard[0].1.events[0].event, RoomEvent::Begun { follows: None, .. }));
}

/// Writes an event of this kind and data as the room's number `evn`.
async fn write_event(room: &TestRoom, evn: u64, kind: &str, data: &[u8]) {
    let point = EventPoint { epoch: EPOCH, evn };
    let mut write = redis::cmd("XADD");
    write.arg(DropKeys::new(room.drop_id).events()).arg(point.to_string());
    write.arg("k").arg(kind).arg("at").arg(1).arg("d").arg(data);
    write.query_async::<()>(&mut room.redis.connect().await).await.unwrap();
}

#[tokio::test]
async fn an_event_that_cannot_be_read_ends_the_batch_of_its_own_room() {
    let cases: [(&str, &[u8]); 3] = [("Z", b"new"), ("J", b"half"), ("L", b"\xff")];
    for (kind, data) in cases {
        let damaged = TestRoom::open(5).await;
        let healthy = TestRoom::on(damaged.redis.clone()).await;
        healthy.begin(EPOCH, 5).await;
        healthy.join(1).await;
        write_event(&damaged, 2, kind, data).await;
        write_event(&damaged, 3, "L", b"").await;

        let start = EventPoint::default();
        let rooms = [(damaged.drop_id, start), (healthy.drop_id, start)];
        let mut reader = damaged.queue.event_reader();
        let mut heard = reader.read(&rooms, Duration::from_secs(1), 100).await.unwrap();
        let (drop_id, whole) = heard.pop().unwrap();
        assert_eq!((drop_id, whole.complete().unwrap().len()), (healthy.drop_id, 2));
        let after = damaged.queue.events_after(damaged.drop_id, start, 100).await.unwrap();
        for batch in [heard.pop().unwrap().1, after] {
            assert_eq!(batch.events.len(), 1);
            let unreadable = batch.unreadable.as_ref().expect("it cannot be read");
            assert_eq!(unreadable.kind, kind);
            assert_eq!(unreadable.point, Some(EventPoint { epoch: EPOCH, evn: 2 }));
            assert!(matches!(batch.complete(), Err(QueueError::Malformed { .. })));
        }
    }
}

#[tokio::test]
async fn trimmed_events_stay_counted() {
    let room = TestRoom::open(5).await;
    room.join(1).await;
    let last = EventPoint { epoch: EPOCH, evn: 2 };
    assert_eq!(room.queue.trim_events(room.drop_id, last).await.unwrap(), 0, "a tail stays");
    let far = EventPoint { epoch: EPOCH, evn: 10_002 };
    assert_eq!(room.queue.trim_events(room.drop_id, far).await.unwrap(), 2);
    assert_eq!(room.queue.room(room.drop_id).await.unwrap().unwrap().evn, last.evn);
    room.join(1).await;
    let batch = room.queue.events_after(room.drop_id, EventPoint::default(), 9).await.unwrap();
    assert_eq!(batch.events[0].point, EventPoint { epoch: EPOCH, evn: 3 });
}

#[tokio::test]
async fn a_hint_says_that_a_ticket_is_being_let_in() {
    let room = TestRoom::open(5).await;
    let mut hints = room.queue.hints();
    assert_eq!(hints.next().await, HintMessage::Subscribed);
    let ticket = room.join(1).await[0];
    assert_eq!(room.admit(1).await.tickets.len(), 1);
    let position = LogPosition { generation: 1, partition: 0, offset: 5 };
    let extension = Extension { ticket_id: ticket.ticket_id, position };
    let lease = Duration::from_secs(60);
    room.queue.extend(room.drop_id, EPOCH, &[extension], lease).await.unwrap();
    let expected = HintMessage::Hint {
        drop_id: room.drop_id,
        ticket_id: ticket.ticket_id,
        hint: Hint::Admitting,
    };
    // Other tests' drops are heard too.
    let heard = async { while hints.next().await != expected {} };
    tokio::time::timeout(PATIENCE, heard).await.expect("the hint is heard");
}

/// Whether this room is woken before the time is up; other tests' rooms are heard, too.
async fn wakes(stream: &mut WakeStream, room: &TestRoom, within: Duration) -> bool {
    let heard = async { while stream.next().await != Wake::Room(room.drop_id) {} };
    tokio::time::timeout(within, heard).await.is_ok()
}

#[tokio::test]
async fn a_wake_says_that_somebody_may_be_let_in_who_could_not_before() {
    let room = TestRoom::empty().await;
    let (queue, drop_id) = (&room.queue, room.drop_id);
    let mut stream = queue.wakes();
    assert_eq!(stream.next().await, Wake::Subscribed);

    room.begin(EPOCH, 5).await;
    assert!(wakes(&mut stream, &room, PATIENCE).await, "the room was opened");
    let ticket = room.join(1).await[0];
    assert!(wakes(&mut stream, &room, PATIENCE).await, "somebody joined an empty line");

    let held = Settlement { ticket: ticket.key(), outcome: SettleOutcome::Held };
    queue.settle(drop_id, EPOCH, &[], &[held]).await.unwrap();
    assert!(wakes(&mut stream, &room, PATIENCE).await, "a ticket was settled");
    let done = Finished { ticket: ticket.key(), state: TicketState::Expired };
    queue.finish(drop_id, EPOCH, &[], &[done]).await.unwrap();
    assert!(wakes(&mut stream, &room, PATIENCE).await, "a slot is free");
    queue.update_stock(drop_id, EPOCH, &[room.stock(9, 7, 0)]).await.unwrap();
    assert!(wakes(&mut stream, &room, PATIENCE).await, "units came back");

    let mut config = room.config.clone();
    config.version = 2;
    queue.configure(drop_id, EPOCH, &config).await.unwrap();
    assert!(wakes(&mut stream, &room, PATIENCE).await, "the limits were changed");

    let lost = room.join(1).await[0];
    assert!(wakes(&mut stream, &room, PATIENCE).await, "the line was empty again");
    let next = EPOCH.next();
    queue.begin(drop_id, next).await.unwrap();
    queue.load(drop_id, next, &LineImage::default(), Duration::from_secs(60)).await.unwrap();
    queue.open(drop_id, next, &room.config, None, Duration::ZERO).await.unwrap();
    assert!(wakes(&mut stream, &room, PATIENCE).await, "the room was emptied and opened");
    queue.attach(drop_id, next, &[lost]).await.unwrap();
    assert!(wakes(&mut stream, &room, PATIENCE).await, "somebody came back");
}

#[tokio::test]
async fn nobody_is_woken_where_nobody_could_be_let_in_sooner() {
    let room = TestRoom::open(5).await;
    let (queue, drop_id) = (&room.queue, room.drop_id);
    let tickets = room.join(2).await;
    let mut stream = queue.wakes();
    assert_eq!(stream.next().await, Wake::Subscribed);
    room.join(1).await;
    queue.leave(drop_id, EPOCH, tickets[1].key()).await.unwrap();
    // Older than what is known: neither the limits nor the stock change.
    let mut stale = room.config.clone();
    stale.version = 0;
    assert!(!queue.configure(drop_id, EPOCH, &stale).await.unwrap().applied);
    queue.update_stock(drop_id, EPOCH, &[room.stock(0, 9, 0)]).await.unwrap();
    assert_eq!(room.admit(1).await.tickets.len(), 1);
    assert!(!wakes(&mut stream, &room, QUIET).await);
}

#[tokio::test]
async fn events_that_the_log_has_are_bounded_by_their_bytes() {
    const N_EVENTS: u64 = 160;
    const MESSAGE: usize = 100_000;
    const BYTES_KEPT: usize = 8 << 20;
    let room = TestRoom::open(5).await;
    let (queue, drop_id) = (&room.queue, room.drop_id);
    let mut config = room.config.clone();
    for version in 2..2 + N_EVENTS as i64 {
        let filler = if version % 2 == 0 { "a" } else { "b" };
        (config.version, config.message) = (version, Some(filler.repeat(MESSAGE)));
        assert!(queue.configure(drop_id, EPOCH, &config).await.unwrap().changed);
    }
    let point = |evn| EventPoint { epoch: EPOCH, evn };
    let first_left = async || {
        let batch = queue.events_after(drop_id, EventPoint::default(), 1).await.unwrap();
        batch.events[0].point.evn
    };

    // What the log has not stays, and so does a tail of what it has.
    queue.trim_events(drop_id, point(50)).await.unwrap();
    assert_eq!(first_left().await, 1);
    let last = 1 + N_EVENTS;
    queue.trim_events(drop_id, point(last - 20)).await.unwrap();
    let (kept, all) = (last - 20 + 1 - first_left().await, BYTES_KEPT / MESSAGE);
    assert!(kept as usize <= all && kept as usize + 2 >= all, "{kept} events of {all}");
    queue.trim_events(drop_id, point(last)).await.unwrap();
    let kept = last + 1 - first_left().await;
    assert!(kept as usize <= all && kept as usize + 2 >= all, "{kept} events of {all}");
    assert_eq!(queue.room(drop_id).await.unwrap().unwrap().evn, last);
}
