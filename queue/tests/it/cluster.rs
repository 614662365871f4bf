//! Three masters, each with a third of the slots: the way of a ticket, a slot that moves, and a node
//! that is away.

mod moving;
mod test_cluster;

use crate::EPOCH;
use queue::{Hint, HintMessage, StoredEvent, Wake};
use shared::{
    lifecycle::TicketState,
    line::{
        EventPoint, Extension, Finished, LineState, LogPosition, RoomEvent, SettleOutcome,
        Settlement,
    },
};
use std::time::Duration;
use test_cluster::TestCluster;
use testkit::{operators::ask, wait_until};
use tokio::time::{Instant, sleep, timeout};

const PATIENCE: Duration = Duration::from_secs(20);
const LEASE: Duration = Duration::from_secs(60);
/// Rooms that nothing is heard of are read each 5 s; what is heard of comes at once.
const AT_ONCE: Duration = Duration::from_secs(2);
/// Joins of a room of which one has to be heard of at once: the machine may be busy, not each time.
const N_JOINS: usize = 3;

fn event_names(events: &[StoredEvent]) -> Vec<&'static str> {
    let name = |stored: &StoredEvent| match stored.event {
        RoomEvent::Begun { .. } => "begun",
        RoomEvent::Joined { .. } => "joined",
        RoomEvent::Admitted { .. } => "admitted",
        _ => "another",
    };
    events.iter().map(name).collect()
}

#[tokio::test]
async fn a_ticket_goes_all_the_way_on_each_of_three_masters() {
    let cluster = TestCluster::start().await;
    for number in 0..3 {
        let room = cluster.room_on(number).await;
        let (queue, drop_id) = (&room.queue, room.drop_id);
        let (mut hints, mut wakes) = (queue.hints(), queue.wakes());
        assert_eq!(hints.next().await, HintMessage::Subscribed);
        assert_eq!(wakes.next().await, Wake::Subscribed);

        let ticket = room.join(2).await[0];
        assert_eq!(timeout(PATIENCE, wakes.next()).await.unwrap(), Wake::Room(drop_id));
        let snapshot = queue.snapshot(drop_id, EPOCH).await.unwrap();
        assert_eq!(snapshot.lines[0].scores.len(), 2);
        assert_eq!(room.admit(1).await.tickets[0].ticket, ticket);

        let position = LogPosition { generation: 1, partition: 3, offset: 77 };
        let extension = Extension { ticket_id: ticket.ticket_id, position };
        assert_eq!(queue.extend(drop_id, EPOCH, &[extension], LEASE).await.unwrap(), 1);
        let (ticket_id, hint) = (ticket.ticket_id, Hint::Admitting);
        let expected = HintMessage::Hint { drop_id, ticket_id, hint };
        assert_eq!(timeout(PATIENCE, hints.next()).await.unwrap(), expected);

        let held = Settlement { ticket: ticket.key(), outcome: SettleOutcome::Held };
        queue.settle(drop_id, EPOCH, &[room.stock(2, 4, 1)], &[held]).await.unwrap();
        let done = Finished { ticket: ticket.key(), state: TicketState::Confirmed };
        queue.finish(drop_id, EPOCH, &[room.stock(3, 4, 0)], &[done]).await.unwrap();
        let status = queue.status(drop_id, EPOCH, &[ticket.key()]).await.unwrap();
        assert_eq!(status, [LineState::Finished]);
        assert_eq!(queue.stock(drop_id).await.unwrap(), [room.stock(3, 4, 0)]);
        assert!(queue.rooms().await.unwrap().contains(&drop_id));
        queue.remove_room(drop_id, EPOCH).await.unwrap();
        assert!(!queue.rooms().await.unwrap().contains(&drop_id));
        assert_eq!(queue.room(drop_id).await.unwrap(), None);
    }
}

#[tokio::test]
async fn events_of_rooms_on_all_masters_are_heard_at_once() {
    let cluster = TestCluster::start().await;
    let mut rooms = Vec::new();
    for number in 0..3 {
        rooms.push(cluster.room_on(number).await);
    }
    let mut reader = rooms[0].queue.event_reader();
    let mut points: Vec<_> = rooms.iter().map(|one| (one.drop_id, EventPoint::default())).collect();
    let first = reader.read(&points, PATIENCE, 100).await.unwrap();
    assert_eq!(first.len(), 3);
    for (drop_id, batch) in first {
        assert_eq!(event_names(&batch.events), ["begun"]);
        let known = points.iter_mut().find(|(id, _)| *id == drop_id).unwrap();
        known.1 = batch.events[0].point;
    }
    let quiet = reader.read(&points, Duration::from_millis(300), 100).await.unwrap();
    assert!(quiet.is_empty());

    for (number, room) in rooms.iter().enumerate() {
        let mut fastest = Duration::MAX;
        for _ in 0..N_JOINS {
            let reading = async { reader.read(&points, PATIENCE, 100).await.unwrap() };
            let joining = async {
                sleep(Duration::from_millis(50)).await;
                room.join(1).await;
                Instant::now()
            };
            let (heard, joined_at) = tokio::join!(reading, joining);
            fastest = fastest.min(joined_at.elapsed());
            assert_eq!((heard.len(), heard[0].0), (1, room.drop_id));
            assert_eq!(event_names(&heard[0].1.events), ["joined"]);
            points[number].1 = heard[0].1.events[0].point;
        }
        assert!(fastest < AT_ONCE, "it was read because time had passed: {fastest:?}");
    }
}

#[tokio::test]
async fn a_node_that_is_away_takes_no_rooms_with_it_but_its_own() {
    let cluster = TestCluster::start().await;
    let (lost, kept) = (cluster.room_on(1).await, cluster.room_on(2).await);
    cluster.node(1).kill9().await.unwrap();
    let error = lost.queue.room(lost.drop_id).await.unwrap_err();
    assert!(error.is_unavailable(), "{error:?}");
    for _ in 0..20 {
        let request = kept.request(1);
        wait_until("join", PATIENCE, async || kept.try_join(request).await.ok()).await;
    }
    let counts = kept.queue.counts(kept.drop_id, EPOCH).await.unwrap();
    assert_eq!(counts.waiting, 20);
    // Redis is there as a whole, and one of its parts is not.
    wait_until("answer of the others", PATIENCE, async || kept.queue.ping().await.ok()).await;
    assert!(!kept.queue.has_all_masters().await);

    cluster.node(1).start().await.unwrap();
    let header = wait_until("the node", PATIENCE, async || {
        lost.queue.room(lost.drop_id).await.ok().flatten()
    })
    .await;
    assert!(!header.trusted, "another run of the server");
    wait_until("all masters", PATIENCE, async || kept.queue.has_all_masters().await.then_some(()))
        .await;
}

#[tokio::test]
async fn the_settings_of_every_node_are_checked() {
    let cluster = TestCluster::start().await;
    let queue = cluster.redis.queue().await;
    queue.assert_settings().await.unwrap();
    let mut wrong = redis::cmd("CONFIG");
    wrong.arg("SET").arg("maxmemory-policy").arg("allkeys-lru");
    ask::<()>(cluster.node(2), &wrong).await;
    let error = queue.assert_settings().await.unwrap_err();
    assert!(error.to_string().contains("maxmemory-policy"), "{error}");
    cluster.cluster.stop().await.unwrap();
}
