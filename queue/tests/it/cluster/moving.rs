//! A room whose slot moves to another master, and those who join and read meanwhile.

use super::{LEASE, PATIENCE, event_names, test_cluster::TestCluster};
use crate::{EPOCH, problem};
use shared::{
    ids::{ShopperId, TicketId},
    line::{EpochProblem, EventPoint, JoinOutcome, JoinRequest, JoinedTicket, LineFold},
};
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use testkit::{room::TestRoom, wait_until};
use tokio::time::{sleep, timeout};

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
