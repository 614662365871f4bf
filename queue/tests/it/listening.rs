//! Events and hints, as other services hear them.

use crate::EPOCH;
use queue::{DropKeys, Hint, HintMessage, QueueError};
use shared::line::{EventPoint, Extension, LogPosition, RoomEvent};
use std::time::Duration;
use testkit::room::TestRoom;

#[tokio::test]
async fn a_reader_hears_of_a_join_while_it_waits() {
    let room = TestRoom::open(5).await;
    let after = EventPoint { epoch: EPOCH, evn: 1 };
    let mut reader = room.queue.event_reader();
    let rooms = [(room.drop_id, after)];
    let reading = reader.read(&rooms, Duration::from_secs(5), 100);
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
    // What is no text leaves no kind either.
    let cases: [(&str, &[u8], &str); 3] =
        [("Z", b"new", "Z"), ("J", b"half", "J"), ("L", b"\xff", "")];
    for (kind, data, told) in cases {
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
            assert_eq!(unreadable.kind, told);
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
    assert_eq!(room.queue.survived(room.drop_id).await.unwrap(), Some(last));
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
    tokio::time::timeout(Duration::from_secs(5), heard).await.expect("the hint is heard");
}
