//! Tickets that Redis has lost, and the grace in which they come back.

use crate::world::{EPOCH, World, request};
use queue::{AdmitBlock, AttachOutcome, JoinOutcome, JoinRequest, TicketStatus};
use shared::{
    drops::CloseReason,
    ids::TicketId,
    messages::{JoinedTicket, RoomEvent},
    tickets::{Epoch, Score},
};
use std::time::Duration;

const NEXT: Epoch = Epoch(2);

/// Forgets everything and opens the next epoch.
async fn wipe(world: &World, grace: Duration) {
    let (queue, drop_id) = (&world.queue, world.drop_id);
    queue.begin(drop_id, NEXT).await.unwrap();
    queue.clear(drop_id, NEXT).await.unwrap();
    queue.restore_stock(drop_id, NEXT, &[world.stock(1, 5, 0)]).await.unwrap();
    queue.open(drop_id, NEXT, &world.config, None, grace).await.unwrap();
}

async fn join_again(world: &World, ticket: &JoinedTicket) -> JoinOutcome {
    let again = JoinRequest {
        ticket_id: TicketId::generate(),
        shopper_id: ticket.shopper_id,
        ..world.request(1)
    };
    world.queue.join(world.drop_id, NEXT, &[again]).await.unwrap().outcomes[0]
}

#[tokio::test]
async fn old_tickets_come_back_to_their_places() {
    let world = World::open(5).await;
    let tickets = world.join(4).await;
    wipe(&world, Duration::ZERO).await;
    let backwards: Vec<_> = tickets.iter().rev().copied().collect();
    let back = world.queue.attach(world.drop_id, NEXT, &backwards).await.unwrap();
    assert_eq!(back.outcomes, vec![AttachOutcome::Attached; 4]);
    let again = world.queue.attach(world.drop_id, NEXT, &backwards[..1]).await.unwrap();
    assert_eq!(again.outcomes, [AttachOutcome::Known(TicketStatus::Waiting)]);
    let snapshot = world.queue.snapshot(world.drop_id, NEXT).await.unwrap();
    let scores: Vec<_> = tickets.iter().map(|ticket| ticket.score).collect();
    assert_eq!(snapshot.lanes[0].scores, scores);
}

#[tokio::test]
async fn of_two_waiting_tickets_the_one_ahead_stays() {
    let world = World::open(5).await;
    let old = world.join(1).await[0];
    wipe(&world, Duration::ZERO).await;
    let JoinOutcome::Joined(new) = join_again(&world, &old).await else { panic!() };

    let back = world.queue.attach(world.drop_id, NEXT, &[old]).await.unwrap();
    assert_eq!(back.outcomes, [AttachOutcome::Attached]);
    let keys = [(old.ticket_id, old.score), (new.ticket_id, new.score)];
    let status = world.queue.status(world.drop_id, NEXT, &keys).await.unwrap();
    assert_eq!(status, [TicketStatus::Waiting, TicketStatus::Closed(CloseReason::Replaced)]);

    let events = world.queue.events_after(world.drop_id, Default::default(), 10).await.unwrap();
    let [.., closed, attached] = events.as_slice() else { panic!("{events:?}") };
    assert!(matches!(closed.event, RoomEvent::Closed { reason: CloseReason::Replaced, .. }));
    assert_eq!(attached.event, RoomEvent::Attached { tickets: vec![old] });
}

#[tokio::test]
async fn whoever_is_past_waiting_gets_no_second_ticket() {
    let world = World::open(5).await;
    let old = world.join(1).await[0];
    wipe(&world, Duration::ZERO).await;
    let JoinOutcome::Joined(new) = join_again(&world, &old).await else { panic!() };
    world.queue.admit(world.drop_id, NEXT, request(1)).await.unwrap();
    tokio::time::sleep(Duration::from_millis(105)).await;
    let admitted = world.queue.admit(world.drop_id, NEXT, request(1)).await.unwrap();
    assert_eq!(admitted.tickets.len(), 1);

    let back = world.queue.attach(world.drop_id, NEXT, &[old]).await.unwrap();
    assert_eq!(back.outcomes, [AttachOutcome::Refused(new)]);
}

#[tokio::test]
async fn in_the_grace_only_old_tickets_come_back() {
    let world = World::open(5).await;
    let old = world.join(1).await[0];
    wipe(&world, Duration::from_secs(60)).await;
    let joined = world.queue.join(world.drop_id, NEXT, &[world.request(1)]).await.unwrap();
    assert!(matches!(joined.outcomes[0], JoinOutcome::Grace { .. }));
    let back = world.queue.attach(world.drop_id, NEXT, &[old]).await.unwrap();
    assert_eq!(back.outcomes, [AttachOutcome::Attached]);
    let admission = world.queue.admit(world.drop_id, NEXT, request(1)).await.unwrap();
    assert_eq!(admission.blocked_by, Some(AdmitBlock::Grace));
}

#[tokio::test]
async fn a_number_that_was_never_given_is_impossible() {
    let world = World::open(5).await;
    let ticket = world.join(1).await[0];
    for score in [Score::new(EPOCH, 2), Score::new(NEXT, 1)] {
        let forged = JoinedTicket { ticket_id: TicketId::generate(), score, ..ticket };
        let back = world.queue.attach(world.drop_id, EPOCH, &[forged]).await.unwrap();
        assert_eq!(back.outcomes, [AttachOutcome::Impossible]);
    }
}

#[tokio::test]
async fn whoever_left_does_not_come_back() {
    let world = World::open(5).await;
    let ticket = world.join(1).await[0];
    let left = world.queue.leave(world.drop_id, EPOCH, ticket.ticket_id, ticket.score).await;
    left.unwrap();
    let back = world.queue.attach(world.drop_id, EPOCH, &[ticket]).await.unwrap();
    assert_eq!(back.outcomes, [AttachOutcome::Known(TicketStatus::Left)]);
}
