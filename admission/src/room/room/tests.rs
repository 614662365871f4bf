use super::*;
use queue::QueueError;
use shared::{
    drops::DropMode,
    line::{Epoch, RoomEvent, RoomState},
};

const EPOCH: Epoch = Epoch(1);

fn header(evn: u64) -> RoomHeader {
    RoomHeader {
        epoch: EPOCH,
        evn,
        state: RoomState::Open,
        trusted: true,
        config: testkit::room::room_config(Vec::new()),
        units: Vec::new(),
        occupied: 0,
        grace_until_us: 0,
        now_us: 0,
    }
}

fn replica(evn: u64) -> Replica {
    Replica::at(EventPoint { epoch: EPOCH, evn }, DropMode::Running)
}

/// A room whose replica has four events.
async fn live_room() -> Room {
    // Nothing listens there, and nothing is asked.
    let queue = testkit::room::connect("redis://127.0.0.1:1").await;
    let hard = CancellationToken::new();
    let room = Room::new(DropId::generate(), &queue, Arc::default(), hard);
    room.set_header(Some(header(4)));
    assert!(room.begin_loading());
    room.install(replica(4));
    assert!(room.is_live());
    room
}

fn unreadable(point: Option<EventPoint>) -> UnreadableEvent {
    let error = QueueError::Malformed { operation: "test", what: "Z".to_owned() };
    UnreadableEvent { point, kind: "Z".to_owned(), error }
}

#[tokio::test]
async fn after_a_gap_the_header_stays_and_revives_no_stale_replica() {
    let room = live_room().await;
    let event = RoomEvent::Left { tickets: Vec::new() };
    let stored = StoredEvent { point: EventPoint { epoch: EPOCH, evn: 6 }, at_us: 0, event };
    assert!(!room.apply(&[stored]));
    assert!(room.header().is_ok(), "joins go on");
    // The keeper looks at the room.
    room.set_header(Some(header(4)));
    assert!(!room.is_live() && room.feed_point().is_none());

    assert!(room.begin_loading());
    room.install(replica(6));
    assert!(room.is_live());
}

#[tokio::test]
async fn what_the_replica_lacks_of_the_last_look_is_counted() {
    let room = live_room().await;
    assert_eq!(room.n_behind(), 0);
    room.set_header(Some(header(7)));
    assert_eq!(room.n_behind(), 3);
    let event = RoomEvent::Left { tickets: Vec::new() };
    let stored = StoredEvent { point: EventPoint { epoch: EPOCH, evn: 5 }, at_us: 0, event };
    assert!(room.apply(&[stored]));
    assert_eq!(room.n_behind(), 2);
    assert!(room.stop_at(&unreadable(None)));
    assert_eq!(room.n_behind(), 7, "nothing is known without a replica");
    room.set_header(None);
    assert_eq!(room.n_behind(), 0, "there is no line to follow");
}

#[tokio::test]
async fn only_an_unreadable_event_behind_the_replica_drops_it() {
    let room = live_room().await;
    let at = |evn| unreadable(Some(EventPoint { epoch: EPOCH, evn }));
    assert!(!room.stop_at(&at(4)) && room.is_live(), "the snapshot was taken behind it");

    assert!(room.stop_at(&at(5)));
    assert!(!room.is_live() && room.header().is_ok(), "joins go on");
    assert!(!room.stop_at(&at(6)), "it is gone already");

    assert!(room.begin_loading());
    assert!(!room.stop_at(&at(6)) && !room.begin_loading(), "a snapshot goes on");
    room.install(replica(6));
    assert!(room.is_live());
    assert!(room.stop_at(&unreadable(None)), "who knows where it stands");
}
