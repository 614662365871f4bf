use super::{look::PATIENCE, *};
use crate::{
    room::{EtaReason, Prospects, Replica, Rise},
    socket::{cadence, outlet::Next},
};
use futures_util::FutureExt;
use shared::{
    drops::DropMode,
    ids::ShopperId,
    line::{Epoch, Intent, RoomEvent, RoomHeader, RoomState, Score},
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

/// What Redis says of a room with this ticket's variant: ten a second are let in, as long as units are
/// left.
fn header(evn: u64, ticket: &JoinedTicket, left: u32, held: u32) -> RoomHeader {
    let variant_id = ticket.intent.variant_id;
    let mut config = testkit::room::room_config(vec![variant_id]);
    config.admission_rate_per_second = 10.0;
    RoomHeader {
        epoch: EPOCH,
        evn,
        state: RoomState::Open,
        trusted: true,
        config,
        units: vec![VariantUnits { variant_id, left, held }],
        occupied: held,
        grace_until_us: 0,
        now_us: 0,
    }
}

#[test]
fn a_time_that_rises_by_more_than_a_fifth_carries_its_reason() {
    let (begin, outlet, ticket) = (Instant::now(), Arc::new(Outlet::default()), ticket(600));
    let mut subscriber = Subscriber::new(ticket, Arc::clone(&outlet), None, begin);
    let ahead: Vec<_> = (1..600).collect();
    let mut replica = replica(3, &ahead, &ticket);
    let mut header = header(3, &ticket, 2000, 0);
    replica.observe(&header);
    let mut told = |replica: &Replica, s: u64| {
        subscriber.look(Some(replica), begin + Duration::from_secs(s));
        match outlet.next().now_or_never() {
            Some(Next::Send(Frame::Waiting { prospects, .. })) => prospects,
            other => panic!("{other:?}"),
        }
    };
    let first = told(&replica, 0);
    assert_eq!((first.eta_p50_s, first.eta_reason, first.odds_percent), (Some(61), None, Some(95)));

    let mut configure = |replica: &mut Replica, evn, mode, rate| {
        (header.config.mode, header.config.admission_rate_per_second) = (mode, rate);
        let event = RoomEvent::Configured(header.config.told());
        replica.apply(EventPoint { epoch: EPOCH, evn }, &event);
    };
    configure(&mut replica, 4, DropMode::Running, 5.0);
    let slower = told(&replica, 20);
    assert_eq!((slower.eta_p50_s, slower.eta_reason), (Some(121), Some(EtaReason::RateLowered)));
    let same = told(&replica, 40);
    assert_eq!((same.eta_p50_s, same.eta_reason), (Some(121), None), "it is said once");

    configure(&mut replica, 5, DropMode::Paused, 5.0);
    let paused = told(&replica, 60);
    assert_eq!((paused.eta_p50_s, paused.eta_reason), (None, None));
    configure(&mut replica, 6, DropMode::Running, 4.0);
    let resumed = told(&replica, 80);
    assert_eq!((resumed.eta_p50_s, resumed.eta_reason), (Some(151), Some(EtaReason::Paused)));
}

/// Lets so many in each second from an event on.
fn set_rate(replica: &mut Replica, ticket: &JoinedTicket, evn: u64, rate: f64) {
    let mut header = header(evn, ticket, 2000, 0);
    header.config.admission_rate_per_second = rate;
    let event = RoomEvent::Configured(header.config.told());
    replica.apply(EventPoint { epoch: EPOCH, evn }, &event);
}

#[test]
fn a_time_that_other_limits_made_is_told_at_once_and_with_its_reason() {
    let (now, outlet, ticket) = (Instant::now(), Arc::new(Outlet::default()), ticket(600));
    let mut subscriber = Subscriber::new(ticket, Arc::clone(&outlet), None, now);
    let ahead: Vec<_> = (1..600).collect();
    let mut replica = replica(3, &ahead, &ticket);
    replica.observe(&header(3, &ticket, 2000, 0));
    let mut told = |replica: &Replica, has_new_limits: bool| {
        if has_new_limits {
            subscriber.limits_changed();
        }
        subscriber.look(Some(replica), now);
        match outlet.next().now_or_never()? {
            Next::Send(Frame::Waiting { prospects, rise: None, .. }) => {
                Some((prospects.eta_p50_s?, prospects.eta_reason))
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(told(&replica, false), Some((61, None)));
    set_rate(&mut replica, &ticket, 4, 5.0);
    assert_eq!(told(&replica, false), None, "its turn in the round has not come");
    assert_eq!(told(&replica, true), Some((121, Some(EtaReason::RateLowered))));
    assert_eq!(told(&replica, true), None, "it knows that time");
    set_rate(&mut replica, &ticket, 5, 5.03);
    assert_eq!(told(&replica, true), None, "a second less is not worth a frame");
    set_rate(&mut replica, &ticket, 6, 10.0);
    assert_eq!(told(&replica, true), Some((61, None)));
}

#[test]
fn a_returning_client_hears_why_it_takes_longer_than_it_was_told() {
    let (now, ticket) = (Instant::now(), ticket(600));
    let ahead: Vec<_> = (1..600).collect();
    let mut replica = replica(9, &ahead, &ticket);
    replica.observe(&header(9, &ticket, 2000, 0));
    let prospects = |seen: &str, eta_p50_s| -> Prospects {
        let outlet = Arc::new(Outlet::default());
        let seen = Seen { eta_p50_s, ..seen.parse().unwrap() };
        let mut subscriber = Subscriber::new(ticket, Arc::clone(&outlet), Some(seen), now);
        subscriber.look(Some(&replica), now);
        match outlet.next().now_or_never() {
            Some(Next::Send(Frame::Waiting { prospects, .. })) => prospects,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(prospects("1.8.600", Some(60)).eta_reason, None);
    assert_eq!(prospects("1.8.600", Some(40)).eta_reason, Some(EtaReason::Slower));
    assert_eq!(prospects("0.8.600", Some(40)).eta_reason, Some(EtaReason::Rebuild));
    assert_eq!(prospects("1.8.600", None).eta_reason, None, "it did not say what it was told");
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
