//! What each mode lets happen, and how it is told.

use crate::EPOCH;
use shared::{
    drops::DropMode,
    line::{AdmitBlock, EventPoint, JoinOutcome, RoomEvent},
};
use testkit::room::TestRoom;

#[tokio::test]
async fn each_mode_says_who_may_join_and_who_is_let_in() {
    let room = TestRoom::open(100).await;
    let mut config = room.config.clone();
    let until_us = Some(1_800_000_000_000_000);
    let waits = JoinOutcome::Maintenance { until_us: None };
    let waits_until = JoinOutcome::Maintenance { until_us };
    for (mode, mode_until_us, refused, blocked_by) in [
        (DropMode::Running, None, None, None),
        (DropMode::Paused, None, None, Some(AdmitBlock::Paused)),
        (DropMode::Hold, None, Some(JoinOutcome::Held), Some(AdmitBlock::Hold)),
        (DropMode::Drain, None, Some(JoinOutcome::Draining), None),
        (DropMode::Maintenance, None, Some(waits), Some(AdmitBlock::Maintenance)),
        (DropMode::Maintenance, until_us, Some(waits_until), Some(AdmitBlock::Maintenance)),
        (DropMode::Stopped, None, Some(JoinOutcome::Stopped), Some(AdmitBlock::Stopped)),
    ] {
        // Whoever is served in this mode has joined before.
        (config.mode, config.mode_until_us) = (DropMode::Running, None);
        config.version += 1;
        room.queue.configure(room.drop_id, EPOCH, &config).await.unwrap();
        let ticket = room.join(1).await[0];

        (config.mode, config.mode_until_us) = (mode, mode_until_us);
        config.version += 1;
        room.queue.configure(room.drop_id, EPOCH, &config).await.unwrap();
        let join = room.try_join(room.request(1)).await.unwrap();
        let is_in = matches!(join, JoinOutcome::Joined(..));
        assert_eq!((!is_in).then_some(join), refused, "{mode}");
        let admission = room.admit(1).await;
        assert_eq!(admission.blocked_by, blocked_by, "{mode}");
        assert_eq!(admission.tickets.len(), usize::from(blocked_by.is_none()), "{mode}");
        let told = room.queue.room(room.drop_id).await.unwrap().unwrap().config;
        assert_eq!((told.mode, told.mode_until_us), (mode, mode_until_us));

        // Nobody waits when the next one begins.
        room.queue.leave(room.drop_id, EPOCH, ticket.key()).await.unwrap();
        let JoinOutcome::Joined(other, _) = join else { continue };
        room.queue.leave(room.drop_id, EPOCH, other.key()).await.unwrap();
    }
}

#[tokio::test]
async fn a_mode_is_told_with_its_end_in_an_event() {
    let room = TestRoom::open(1).await;
    let mut config = room.config.clone();
    (config.mode, config.version) = (DropMode::Maintenance, 2);
    config.message = Some("new shelves @ six|really".to_owned());
    let mut told = Vec::new();
    for mode_until_us in [None, Some(1_800_000_000_000_000)] {
        config.mode_until_us = mode_until_us;
        config.version += 1;
        let change = room.queue.configure(room.drop_id, EPOCH, &config).await.unwrap();
        assert!(change.changed, "{mode_until_us:?}");
        let before = EventPoint { epoch: EPOCH, evn: change.evn - 1 };
        let batch = room.queue.events_after(room.drop_id, before, 1).await.unwrap();
        told.push(batch.complete().unwrap()[0].event.clone());
        assert_eq!(told.last(), Some(&RoomEvent::Configured(config.told())));
    }
    assert_ne!(told[0], told[1]);
}
