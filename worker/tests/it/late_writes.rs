//! Records that land in the log when nobody reckons with them any more.

use crate::{
    SOON,
    event_log::{chain, joined, wait_for_joins},
    rebuild::wipe,
    test_line::{LineOptions, TestLine, run},
};
use shared::{
    ids::{ShopperId, TicketId},
    line::{Epoch, EventPoint, Follows, Intent, JoinedTicket, Lane, RoomEvent, Score},
    messages::{QueueEvent, QueueEventV1},
};
use std::time::Duration;
use testkit::{room::room_config, wait_until};

/// A line of three, logged; nobody looks after it any more.
pub(crate) async fn left_alone() -> (TestLine, Vec<JoinedTicket>, QueueEventV1) {
    let line = TestLine::new(LineOptions::default()).await;
    let shutdown = line.run("log,scheduler");
    line.open(1).await;
    let tickets = line.join(3).await;
    let last = wait_for_joins(&line, 3).await.pop().unwrap();
    shutdown.begin();
    shutdown.wait(SOON).await;
    (line, tickets, last)
}

pub(crate) fn ticket(line: &TestLine, epoch: u32, number: u64) -> JoinedTicket {
    JoinedTicket {
        ticket_id: TicketId::generate(),
        shopper_id: ShopperId::generate(),
        lane: Lane(0),
        score: Score::new(Epoch(epoch), number),
        intent: Intent { variant_id: line.variant_id, units: 1 },
        joined_at_ms: 0,
    }
}

pub(crate) fn join(ticket: JoinedTicket) -> RoomEvent {
    RoomEvent::Joined { tickets: vec![ticket] }
}

/// The event behind `previous`, of a later epoch the first one.
pub(crate) fn behind(previous: &QueueEventV1, epoch: Epoch, event: RoomEvent) -> QueueEventV1 {
    let evn = if epoch == previous.epoch { previous.evn + 1 } else { 1 };
    let point = EventPoint { epoch, evn };
    QueueEventV1::chained(previous.drop_id, point, previous.at_us + 1, event, previous.hash)
}

/// Writes events to the log as a worker does; returns the offset behind the last one.
async fn write(line: &TestLine, events: &[&QueueEventV1]) -> i64 {
    let signed = |event: &&QueueEventV1| (*event).clone().signed(&line.app.log_keys);
    write_as_they_are(line, &events.iter().map(signed).collect::<Vec<_>>()).await
}

/// Writes events to the log as anybody can who may write there.
pub(crate) async fn write_as_they_are(line: &TestLine, events: &[QueueEventV1]) -> i64 {
    let (app, partition) = (&line.app, line.row().await.unwrap().partition);
    let mut next_offset = 0;
    for event in events {
        let payload = serde_json::to_vec(&QueueEvent::V1(event.clone())).unwrap();
        let (topic, key) = (&app.topics.queue_events, line.drop_id.as_bytes());
        let delivery = app.producer.send(topic, Some(partition), key, &payload).await.unwrap();
        next_offset = delivery.acknowledged().await.unwrap().offset + 1;
    }
    next_offset
}

/// Makes Postgres say that epoch 2 is open and follows `followed`, and that the cursor is behind
/// `cursor`.
async fn note_second_epoch(
    line: &TestLine,
    followed: &QueueEventV1,
    cursor: &QueueEventV1,
    next_offset: i64,
) {
    let pool = &line.app.pool;
    sqlx::query("update drops set epoch = 2, epoch_state = 'open' where id = $1")
        .bind(line.drop_id)
        .execute(pool)
        .await
        .unwrap();
    sqlx::query(
        "insert into epoch_boundaries (drop_id, epoch, generation, log_offset, follows_epoch,
             follows_evn, follows_hash) values ($1, 2, 1, 0, 1, $2, $3)",
    )
    .bind(line.drop_id)
    .bind(followed.evn.cast_signed())
    .bind(followed.hash.as_bytes().as_slice())
    .execute(pool)
    .await
    .unwrap();
    sqlx::query(
        "update log_cursors set epoch = $2, evn = $3, hash = $4, next_offset = $5
         where drop_id = $1",
    )
    .bind(line.drop_id)
    .bind(cursor.epoch.0.cast_signed())
    .bind(cursor.evn.cast_signed())
    .bind(cursor.hash.as_bytes().as_slice())
    .bind(next_offset)
    .execute(pool)
    .await
    .unwrap();
}

#[tokio::test]
async fn a_late_write_before_the_next_epoch_costs_nobody_in_it_a_place() {
    let (line, tickets, last) = left_alone().await;
    let (late, newcomer) = (ticket(&line, 1, 4), ticket(&line, 2, 1));
    let late = behind(&last, Epoch(1), join(late));
    let begun = RoomEvent::Begun { follows: Some(last.point()), follows_hash: last.hash };
    let begun = behind(&last, Epoch(2), begun);
    let joined = behind(&begun, Epoch(2), join(newcomer));
    let next_offset = write(&line, &[&late, &begun, &joined]).await;
    note_second_epoch(&line, &last, &joined, next_offset).await;
    wipe(&line).await;

    let other = line.another_app().await;
    let shutdown = run(&other, "log,scheduler");
    line.open(3).await;

    let mut expected: Vec<_> = tickets.iter().map(|ticket| ticket.score.raw()).collect();
    expected.push(newcomer.score.raw());
    assert_eq!(line.waiting().await, expected);
    shutdown.begin();
}

#[tokio::test]
async fn a_cursor_that_a_late_writer_has_moved_goes_back() {
    let (line, _, last) = left_alone().await;
    let late = behind(&last, Epoch(1), join(ticket(&line, 1, 4)));
    let next_offset = write(&line, &[&late]).await;
    note_second_epoch(&line, &last, &late, next_offset).await;
    // As the instance did that has built the room and died.
    let (queue, id) = (&line.app.queue, line.drop_id);
    let follows = Follows { point: last.point(), hash: last.hash };
    queue.begin(id, Epoch(2)).await.unwrap();
    let config = room_config(vec![line.variant_id]);
    queue.open(id, Epoch(2), &config, Some(follows), Duration::ZERO).await.unwrap();

    let other = line.another_app().await;
    let shutdown = run(&other, "log,scheduler");
    line.open(2).await;
    line.join(1).await;

    let events = wait_until("the join in the log", SOON, async || {
        let events = chain(&line).await;
        (events.last()?.epoch == Epoch(2) && joined(&events) == 4).then_some(events)
    })
    .await;
    assert!(events.iter().all(|event| event.hash != late.hash));
    let begun = events.iter().find(|event| event.epoch == Epoch(2)).unwrap();
    assert_eq!(begun.previous, last.hash, "it stands behind the event that it names");
    shutdown.begin();
}
