//! When ADMIT is to be asked next.

use crate::EPOCH;
use shared::{drops::DropMode, ids::VariantId, line::AdmitBlock};
use std::time::Duration;
use testkit::room::{TestRoom, admit_request, room_config};

#[tokio::test]
async fn admit_says_when_the_rate_has_its_next_token() {
    let mut config = room_config(vec![VariantId::generate()]);
    config.admission_rate_per_second = 10.0;
    let room = TestRoom::open_with(config, 10).await;
    room.join(3).await;
    // The bucket holds one, and is empty at first.
    let first = room.admit(3).await;
    assert_eq!((first.tickets.len(), first.blocked_by), (0, Some(AdmitBlock::Rate)));
    let due = first.next_due.unwrap();
    assert_eq!(due, Duration::from_millis(100));
    tokio::time::sleep(due).await;
    let second = room.admit(3).await;
    assert_eq!((second.tickets.len(), second.blocked_by), (1, Some(AdmitBlock::Rate)));
    assert_eq!(second.next_due, Some(Duration::from_millis(100)));
}

#[tokio::test]
async fn admit_says_how_long_until_a_line_opens_or_its_grace_ends() {
    let room = TestRoom::open(10).await;
    room.join(1).await;
    let (queue, drop_id) = (&room.queue, room.drop_id);
    let now_us = queue.room(drop_id).await.unwrap().unwrap().now_us;
    let mut config = room.config.clone();
    (config.opens_at_us, config.version) = (now_us + 60_000_000, 2);
    queue.configure(drop_id, EPOCH, &config).await.unwrap();
    let early = room.admit(1).await;
    assert_eq!(early.blocked_by, Some(AdmitBlock::NotOpen));
    assert_eq!(early.next_due, Some(until(config.opens_at_us, early.at_us)));

    let next = EPOCH.next();
    queue.begin(drop_id, next).await.unwrap();
    queue.restore_stock(drop_id, next, &[room.stock(2, 10, 0)]).await.unwrap();
    queue.open(drop_id, next, &room.config, None, Duration::from_secs(60)).await.unwrap();
    let graced = queue.admit(drop_id, next, admit_request(1)).await.unwrap();
    let until_us = queue.room(drop_id).await.unwrap().unwrap().grace_until_us;
    assert_eq!(graced.blocked_by, Some(AdmitBlock::Grace));
    assert_eq!(graced.next_due, Some(until(until_us, graced.at_us)));
}

fn until(then_us: i64, now_us: i64) -> Duration {
    Duration::from_micros((then_us - now_us) as u64)
}

#[tokio::test]
async fn nothing_is_due_where_time_changes_nothing() {
    let room = TestRoom::open(1).await;
    let empty = room.admit(1).await;
    assert_eq!((empty.blocked_by, empty.next_due), (Some(AdmitBlock::Empty), None));
    room.join(3).await;
    let full = room.admit(1).await;
    assert_eq!((full.tickets.len(), full.blocked_by, full.next_due), (1, None, None));
    let sold = room.admit(1).await;
    assert_eq!((sold.blocked_by, sold.next_due), (Some(AdmitBlock::Stock), None));
    let mut config = room.config.clone();
    (config.mode, config.version) = (DropMode::Paused, 2);
    room.queue.configure(room.drop_id, EPOCH, &config).await.unwrap();
    let paused = room.admit(1).await;
    assert_eq!((paused.blocked_by, paused.next_due), (Some(AdmitBlock::Paused), None));
}
