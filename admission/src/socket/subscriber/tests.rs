use super::{look::PATIENCE, *};
use crate::{
    room::{Replica, Rise},
    socket::{cadence, outlet::Next},
};
use futures_util::FutureExt;
use shared::{
    drops::DropMode,
    ids::ShopperId,
    line::{Epoch, Intent, Score},
};

const LANE: Lane = Lane(0);
const EPOCH: Epoch = Epoch(1);

fn ticket(number: u64) -> JoinedTicket {
    JoinedTicket {
        ticket_id: TicketId::generate(),
        shopper_id: ShopperId::generate(),
        lane: LANE,
        score: Score::new(EPOCH, number),
        intent: Intent { variant_id: VariantId::generate(), units: 1 },
        joined_at_ms: 0,
    }
}

/// Another ticket for the same.
fn ticket_of(like: &JoinedTicket, number: u64) -> JoinedTicket {
    JoinedTicket { intent: like.intent, ..ticket(number) }
}

/// A room after event `evn` in which the ticket waits behind these numbers.
fn replica(evn: u64, ahead: &[u64], ticket: &JoinedTicket) -> Replica {
    let mut replica = Replica::at(EventPoint { epoch: EPOCH, evn }, DropMode::Running);
    let variant_id = ticket.intent.variant_id;
    for number in ahead {
        replica.insert(LANE, variant_id, Score::new(EPOCH, *number));
    }
    replica.insert(LANE, variant_id, ticket.score);
    replica
}

/// The position that was told last, and why it rose.
fn told(outlet: &Outlet) -> Option<(u64, Option<Rise>)> {
    match outlet.next().now_or_never()? {
        Next::Send(Frame::Waiting { position, rise, .. }) => Some((position, rise)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_card_that_is_declined_is_told_until_the_order_is_over() {
    let (now, outlet) = (Instant::now(), Arc::new(Outlet::default()));
    let mut subscriber = Subscriber::new(ticket(1), Arc::clone(&outlet), None, now);
    let told = || outlet.next().now_or_never();
    let frame = |state| Some(Next::Send(Frame::Order { state }));
    for _ in 0..2 {
        subscriber.order(TicketState::Reserved, now);
        assert_eq!(told(), frame(TicketState::Reserved));
        assert_eq!(told(), None, "once");
    }
    subscriber.order(TicketState::Confirmed, now);
    assert_eq!(told(), frame(TicketState::Confirmed));
    subscriber.order(TicketState::Reserved, now);
    assert_eq!(told(), Some(Next::Close(DisconnectReason::Finished)));
}

#[test]
fn a_place_seen_elsewhere_does_not_rise_where_the_instance_stays_behind() {
    let (now, outlet, ticket) = (Instant::now(), Arc::new(Outlet::default()), ticket(9));
    let seen = "1.99.1".parse().unwrap();
    let mut subscriber = Subscriber::new(ticket, Arc::clone(&outlet), Some(seen), now);
    subscriber.look(Some(&replica(3, &[4, 5], &ticket)), now + PATIENCE);
    assert_eq!(told(&outlet), None, "the instance may catch up");
    let mut later = now + PATIENCE + cadence::TICK;
    for evn in [3, 4] {
        subscriber.look(Some(&replica(evn, &[4, 5], &ticket)), later);
        assert_eq!(told(&outlet), Some((1, None)));
        later += cadence::KEEP_ALIVE;
    }
}

#[test]
fn a_snapshot_lets_nobody_rise_unless_somebody_came_ahead() {
    let (now, outlet, ticket) = (Instant::now(), Arc::new(Outlet::default()), ticket(9));
    let seen = "1.3.1".parse().unwrap();
    let mut subscriber = Subscriber::new(ticket, Arc::clone(&outlet), Some(seen), now);
    subscriber.look(Some(&replica(3, &[5], &ticket)), now);
    assert_eq!(told(&outlet), Some((1, None)), "it is second, but saw itself first");

    for (evn, ahead, expected) in
        [(10, &[5][..], (1, None)), (20, &[4, 5][..], (3, Some(Rise::Returned)))]
    {
        let mut snapshot = replica(evn, ahead, &ticket);
        snapshot.note_rise(Rise::Returned);
        subscriber.look(Some(&snapshot), now + cadence::KEEP_ALIVE * evn as u32);
        assert_eq!(told(&outlet), Some(expected));
    }
}

#[test]
fn who_does_not_move_still_hears_that_nothing_is_left() {
    let (begin, outlet, ticket) = (Instant::now(), Arc::new(Outlet::default()), ticket(9));
    let mut subscriber = Subscriber::new(ticket, Arc::clone(&outlet), None, begin);
    let mut replica = replica(3, &[4, 5], &ticket);
    let mut told_at = |left, ms| {
        let variant_id = ticket.intent.variant_id;
        replica.set_units(&[VariantUnits { variant_id, left, held: 2 }]);
        subscriber.look(Some(&replica), begin + Duration::from_millis(ms));
        match outlet.next().now_or_never() {
            Some(Next::Send(Frame::Waiting { units_left, .. })) => units_left,
            _ => None,
        }
    };
    assert_eq!(told_at(1, 0), Some(1));
    assert_eq!(told_at(0, 900), None, "it was told something a moment ago");
    assert_eq!(told_at(0, 1000), Some(0));
    assert_eq!(told_at(0, 3000), None, "once");
}

#[test]
fn who_was_away_is_told_so_once_and_stands_at_the_old_place_again() {
    let (now, outlet, ticket) = (Instant::now(), Arc::new(Outlet::default()), ticket(9));
    let seen = "1.3.2".parse().unwrap();
    let mut subscriber = Subscriber::new(ticket, Arc::clone(&outlet), Some(seen), now);
    let others = replica(5, &[10], &ticket_of(&ticket, 11));
    subscriber.look(Some(&others), now);
    assert_eq!(subscriber.stands_at(), None, "the line goes on without them");
    assert_eq!(subscriber.settle(LineState::Missed, now), Some(ticket));
    let next = || outlet.next().now_or_never();
    assert_eq!(next(), Some(Next::Send(Frame::Missed)));
    assert_eq!(subscriber.settle(LineState::Missed, now), Some(ticket), "the answer was lost");
    assert_eq!(next(), None, "once");
    subscriber.look(Some(&replica(6, &[], &ticket)), now);
    assert_eq!(subscriber.stands_at(), Some(1));
    assert_eq!(told(&outlet), Some((1, None)));
}

#[test]
fn redis_is_asked_ever_less_often_until_there_is_news() {
    let (begin, outlet) = (Instant::now(), Arc::new(Outlet::default()));
    let mut subscriber = Subscriber::new(ticket(1), Arc::clone(&outlet), None, begin);
    subscriber.admitting(begin);
    let (mut now, mut asked_at) = (begin, Vec::new());
    while asked_at.len() < 6 {
        if subscriber.look(None, now).unwrap().asks {
            asked_at.push((now - begin).as_secs());
            subscriber.settle(LineState::InFlight { extended: true }, now);
        }
        now += Duration::from_millis(500);
    }
    assert_eq!(asked_at, [3, 6, 12, 24, 48, 78]);
    subscriber.held(now);
    assert_eq!(subscriber.ask_at, Some(now + ASK_EVERY));
}
