//! Three masters, each with a third of the slots: the way of a ticket, a slot that moves, and a node
//! that is away.

mod test_cluster;

use crate::{EPOCH, problem};
use queue::{Hint, HintMessage, StoredEvent, Wake};
use shared::{
    ids::{ShopperId, TicketId},
    lifecycle::TicketState,
    line::{
        EpochProblem, EventPoint, Extension, Finished, JoinOutcome, JoinRequest, JoinedTicket,
        LineFold, LineState, LogPosition, RoomEvent, SettleOutcome, Settlement,
    },
};
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use test_cluster::TestCluster;
use testkit::{operators::ask, room::TestRoom, wait_until};
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

/// How many joined, and how many were told to come back.
#[derive(Default)]
struct Joining {
    n_joined: AtomicUsize,
    n_sent_back: AtomicUsize,
}

/// Waits until there is somebody.
async fn some(count: &AtomicUsize) {
    let is_there = async || (count.load(Ordering::Relaxed) > 0).then_some(());
    wait_until("somebody", PATIENCE, is_there).await;
}

/// Joins one after the other until the room is on another server: those who got a ticket, and those
/// who were never answered.
async fn join_until_refused(
    room: Arc<TestRoom>,
    joining: Arc<Joining>,
) -> (Vec<JoinedTicket>, Vec<JoinRequest>) {
    let (mut joined, mut waiting) = (Vec::new(), Vec::new());
    loop {
        let request = room.request(1);
        match room.queue.join(room.drop_id, EPOCH, &[request]).await {
            Ok(reply) => match reply.outcomes[0] {
                JoinOutcome::Joined(ticket, _) => joined.push(ticket),
                other => panic!("{other:?}"),
            },
            Err(error) if error.is_unavailable() => waiting.push(request),
            refused => {
                assert_eq!(problem(refused), EpochProblem::OtherServer);
                return (joined, waiting);
            }
        }
        joining.n_joined.store(joined.len(), Ordering::Relaxed);
        joining.n_sent_back.store(waiting.len(), Ordering::Relaxed);
    }
}

#[tokio::test]
async fn a_room_whose_slot_moves_meanwhile_loses_nobody_and_doubles_nobody() {
    let cluster = TestCluster::start().await;
    let room = Arc::new(cluster.room_on(0).await);
    let (queue, drop_id) = (&room.queue, room.drop_id);
    let told = Arc::<Joining>::default();
    let joining = tokio::spawn(join_until_refused(Arc::clone(&room), Arc::clone(&told)));
    some(&told.n_joined).await;
    let slot = cluster.slot_of(drop_id).await;
    cluster.move_slot(slot, 0, 1, async || some(&told.n_sent_back).await).await;
    let (joined, waiting) = timeout(PATIENCE, joining).await.unwrap().unwrap();
    println!("{} joined, {} were told to come back", joined.len(), waiting.len());
    assert!(!joined.is_empty() && !waiting.is_empty());
    assert!(!queue.room(drop_id).await.unwrap().unwrap().trusted);

    // It is built anew where it is now, from its events, all of which came along.
    let mut fold = LineFold::new();
    let mut after = EventPoint::default();
    loop {
        let batch = queue.events_after(drop_id, after, 100).await.unwrap().complete().unwrap();
        let Some(last) = batch.last() else { break };
        after = last.point;
        batch.iter().for_each(|stored| fold.apply(&stored.event));
    }
    let next = EPOCH.next();
    queue.begin(drop_id, next).await.unwrap();
    queue.load(drop_id, next, &fold.image(), LEASE).await.unwrap();
    queue.restore_stock(drop_id, next, &[room.stock(1, 5, 0)]).await.unwrap();
    queue.open(drop_id, next, &room.config, None, Duration::ZERO).await.unwrap();
    let snapshot = queue.snapshot(drop_id, next).await.unwrap();
    let scores: BTreeSet<_> = snapshot.lines[0].scores.iter().copied().collect();
    assert!(joined.iter().all(|ticket| scores.contains(&ticket.score)), "somebody was lost");

    let mut tickets: BTreeSet<TicketId> = joined.iter().map(|ticket| ticket.ticket_id).collect();
    for request in &waiting {
        let reply = queue.join(drop_id, next, &[*request]).await.unwrap();
        let (JoinOutcome::Joined(ticket, _) | JoinOutcome::Existing(ticket, ..)) =
            reply.outcomes[0]
        else {
            panic!("{reply:?}")
        };
        tickets.insert(ticket.ticket_id);
    }
    let shoppers: BTreeSet<ShopperId> = joined
        .iter()
        .map(|ticket| ticket.shopper_id)
        .chain(waiting.iter().map(|request| request.shopper_id))
        .collect();
    let counts = queue.counts(drop_id, next).await.unwrap();
    assert_eq!(counts.waiting as usize, shoppers.len(), "somebody stands twice, or not at all");
    assert_eq!(tickets.len(), shoppers.len());
}

#[tokio::test]
async fn a_reader_follows_a_room_to_its_new_node() {
    let cluster = TestCluster::start().await;
    let room = cluster.room_on(0).await;
    let (queue, drop_id) = (&room.queue, room.drop_id);
    let mut reader = queue.event_reader();
    let start = [(drop_id, EventPoint::default())];
    let begun = reader.read(&start, PATIENCE, 100).await.unwrap();
    let begun = [(drop_id, begun[0].1.events[0].point)];
    cluster.move_slot(cluster.slot_of(drop_id).await, 0, 2, async || ()).await;
    room.begin(EPOCH.next(), 5).await;
    let heard = reader.read(&begun, PATIENCE, 100).await.unwrap();
    assert_eq!(event_names(&heard[0].1.events), ["begun"]);

    let last = [(drop_id, heard[0].1.events[0].point)];
    let reading = async { reader.read(&last, PATIENCE, 100).await.unwrap() };
    let joining = async {
        sleep(Duration::from_millis(50)).await;
        queue.join(drop_id, EPOCH.next(), &[room.request(1)]).await.unwrap();
    };
    let (heard, ()) = tokio::join!(reading, joining);
    assert_eq!(event_names(&heard[0].1.events), ["joined"]);
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
