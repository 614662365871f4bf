use super::*;
use crate::{
    room::{Applied, Replica},
    socket::{cadence::TICK, outlet::Next},
};
use futures_util::FutureExt;
use proptest::prelude::*;
use shared::{
    drops::DropMode,
    ids::{ShopperId, VariantId},
    line::{
        Configured, Epoch, EventPoint, Intent, Lane, RoomEvent, RoomHeader, RoomState, Score,
        VariantUnits,
    },
};
use std::collections::BTreeMap;

const LANE: Lane = Lane(0);
const EPOCH: Epoch = Epoch(1);
const N_WAITING: u64 = 2000;
/// Who listens.
const NUMBERS: [u64; 12] = [1, 5, 60, 150, 199, 201, 260, 500, 900, 1500, 1999, 2000];

/// A room, those who listen to it by the watch, and the same people looked at at each tick.
struct Twins {
    variant_id: VariantId,
    /// The tickets of those who listen.
    own: BTreeMap<u64, JoinedTicket>,
    replica: Replica,
    is_live: bool,
    evn: u64,
    news: News,
    watch: Watch,
    watched: Vec<Arc<Outlet>>,
    everybody: Vec<Subscriber>,
    now: Instant,
}

#[derive(Clone, Debug)]
enum Step {
    Admit(u64, u64),
    Leave(u64),
    Join(u64),
    Attach(u64),
    Tell(u32),
    ToggleRoom,
    SetLeft(u32),
    Ticks(u32),
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1..N_WAITING, 1..80_u64).prop_map(|(from, n)| Step::Admit(from, n)),
        4 => (1..40_u64).prop_map(|n| Step::Admit(1, n)),
        2 => (1..=N_WAITING).prop_map(Step::Leave),
        1 => (1..50_u64).prop_map(Step::Join),
        1 => prop::sample::select(NUMBERS.to_vec()).prop_map(Step::Attach),
        1 => (1..3_u32).prop_map(Step::Tell),
        1 => Just(Step::ToggleRoom),
        2 => (0..3_u32).prop_map(Step::SetLeft),
        12 => (1..12_u32).prop_map(Step::Ticks),
        1 => (150..200_u32).prop_map(Step::Ticks),
    ]
}

fn score(number: u64) -> Score {
    Score::new(EPOCH, number)
}

impl Twins {
    /// Everybody waits. Some may say what they have seen elsewhere.
    fn new(seen: Option<Seen>) -> Self {
        let (variant_id, now) = (VariantId::generate(), Instant::now());
        let mut replica = Replica::at(EventPoint { epoch: EPOCH, evn: 0 }, DropMode::Running);
        (1..=N_WAITING).for_each(|number| replica.insert(LANE, variant_id, score(number)));
        let mut watch = Watch::new(now);
        let (mut watched, mut everybody) = (Vec::new(), Vec::new());
        let own: BTreeMap<_, _> = NUMBERS.map(|number| (number, ticket(number, variant_id))).into();
        for (number, ticket) in own.clone() {
            let seen = seen.filter(|_| number % 3 == 0);
            watched.push(watch.subscribe(ticket, seen, now));
            everybody.push(Subscriber::new(ticket, Arc::default(), seen, now));
        }
        let (news, evn, is_live) = (News::default(), 0, true);
        Self { variant_id, own, replica, is_live, evn, news, watch, watched, everybody, now }
    }

    fn ticket(&self, number: u64) -> JoinedTicket {
        self.own.get(&number).copied().unwrap_or_else(|| ticket(number, self.variant_id))
    }

    fn apply(&mut self, event: &RoomEvent) {
        self.evn += 1;
        let point = EventPoint { epoch: EPOCH, evn: self.evn };
        assert_eq!(self.replica.apply(point, event), Applied::Next);
        self.news.note(event);
    }

    fn admit(&mut self, numbers: impl Iterator<Item = u64>) {
        let tickets = numbers.map(|number| self.ticket(number).ticket_score()).collect();
        self.apply(&RoomEvent::Admitted { tickets });
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Admit(from, n) => self.admit(from..from + n),
            Step::Leave(number) => self.admit(std::iter::once(number)),
            Step::Join(n) => {
                let first = N_WAITING + 1 + self.evn * 100;
                let tickets = (first..first + n).map(|number| self.ticket(number)).collect();
                self.apply(&RoomEvent::Joined { tickets });
            }
            Step::Attach(number) => {
                let tickets = vec![self.ticket(number)];
                self.apply(&RoomEvent::Attached { tickets });
            }
            Step::Tell(n) => self.apply(&RoomEvent::Configured(Configured {
                mode: DropMode::Running,
                mode_until_us: None,
                admission_rate_micro: 1,
                occupancy_cap: 1,
                message: Some(format!("message {n}")),
            })),
            Step::ToggleRoom => self.is_live = !self.is_live,
            Step::SetLeft(left) => {
                let variant_id = self.variant_id;
                self.replica.set_units(&[VariantUnits { variant_id, left, held: 9 }]);
            }
            Step::Ticks(n) => {
                for _ in 0..n {
                    let asked = self.tick();
                    assert_eq!(self.watch.take_questions(usize::MAX), asked);
                }
            }
        }
    }

    /// Has both looked at, and compares what they hear. Returns the questions about everybody.
    fn tick(&mut self) -> Vec<TicketKey> {
        self.now += TICK;
        let replica = self.is_live.then_some(&self.replica);
        let mut asked = BTreeSet::new();
        for one in &mut self.everybody {
            if one.look(replica, self.now).is_some_and(|due| due.asks) {
                asked.insert(one.key());
            }
        }
        self.watch.take(std::mem::take(&mut self.news), self.now);
        while self.watch.look(replica, self.now) {}
        for (outlet, one) in self.watched.iter().zip(&self.everybody) {
            assert_eq!(told(outlet), told(&one.outlet), "{:?}", one.key().score);
        }
        asked.into_iter().collect()
    }
}

fn told(outlet: &Outlet) -> Option<Next> {
    outlet.next().now_or_never()
}

fn ticket(number: u64, variant_id: VariantId) -> JoinedTicket {
    JoinedTicket {
        ticket_id: TicketId::generate(),
        shopper_id: ShopperId::generate(),
        lane: LANE,
        score: score(number),
        intent: Intent { variant_id, units: 1 },
        joined_at_ms: 0,
    }
}

proptest! {
    #[test]
    fn frames_are_those_of_a_look_at_everybody_at_each_tick(
        steps in prop::collection::vec(steps(), 1..120)
    ) {
        let mut twins = Twins::new(Some("1.7.40".parse().unwrap()));
        steps.iter().for_each(|step| twins.step(step));
    }
}

#[test]
fn nobody_is_looked_at_before_enough_have_left() {
    let mut twins = Twins::new(None);
    twins.tick();
    twins.now += TICK * 20;
    twins.admit(1..2);
    twins.watch.take(std::mem::take(&mut twins.news), twins.now);
    twins.watch.collect(Some(&twins.replica), twins.now);
    // Only who was let in, the front, and who was the first behind it, may hear of one place.
    let due: BTreeSet<_> = twins.watch.due.iter().collect();
    assert_eq!(due.len(), 6);
    twins.watch.due.clear();
    twins.admit(2..12);
    twins.watch.collect(Some(&twins.replica), twins.now);
    // One in 50 have left ahead of who stood at 260, and of who stood at 500.
    assert_eq!(twins.watch.due.len(), 2);
}

#[test]
fn those_who_listen_near_the_front_are_known() {
    let mut twins = Twins::new(None);
    let front = |twins: &mut Twins, to| {
        twins.watch.front(to);
        twins.tick();
        let tickets: BTreeSet<_> = twins.watch.front(to).into_iter().collect();
        let own = twins.own.iter().filter(|(_, ticket)| tickets.contains(&ticket.ticket_id));
        own.map(|(number, _)| *number).collect::<Vec<_>>()
    };
    assert_eq!(front(&mut twins, 60), [1, 5, 60]);
    assert_eq!(front(&mut twins, 200), [1, 5, 60, 150, 199]);
    // Those who are let in are past the front, and others come to it.
    twins.admit(1..=10);
    twins.now += TICK * 20;
    assert_eq!(front(&mut twins, 200), [60, 150, 199, 201]);
    let away = Arc::clone(&twins.watched[2]);
    let ticket_id = twins.own[&60].ticket_id;
    twins.watch.unsubscribe(ticket_id, &away);
    assert!(!twins.watch.front(200).contains(&ticket_id));
}

#[test]
fn each_question_is_asked_once_and_none_is_lost() {
    let mut twins = Twins::new(None);
    twins.tick();
    twins.admit(1..=N_WAITING);
    for _ in 0..5 {
        twins.tick();
    }
    assert!(twins.watch.has_questions());
    let first = twins.watch.take_questions(5);
    let rest = twins.watch.take_questions(500);
    assert_eq!((first.len(), rest.len()), (5, NUMBERS.len() - 5));
    assert!(!twins.watch.has_questions());
}

/// People ahead of a crowd of listeners, so that other limits are another time to each of them.
const N_AHEAD: u64 = 1000;
const N_LISTENERS: u64 = 12_000;

/// A room in which ten a second are let in, with units for all.
fn header(variant_id: VariantId) -> RoomHeader {
    let mut config = testkit::room::room_config(vec![variant_id]);
    (config.admission_rate_per_second, config.occupancy_cap) = (10.0, 100_000);
    RoomHeader {
        epoch: EPOCH,
        evn: 0,
        state: RoomState::Open,
        trusted: true,
        config,
        units: vec![VariantUnits { variant_id, left: 100_000, held: 0 }],
        occupied: 0,
        grace_until_us: 0,
        now_us: 0,
    }
}

#[test]
fn other_limits_reach_a_large_room_in_six_ticks_and_what_stays_has_nobody_looked_at() {
    let (variant_id, begin) = (VariantId::generate(), Instant::now());
    let mut replica = Replica::at(EventPoint { epoch: EPOCH, evn: 0 }, DropMode::Running);
    (1..=N_AHEAD + N_LISTENERS).for_each(|n| replica.insert(LANE, variant_id, score(n)));
    let mut header = header(variant_id);
    replica.observe(&header);
    let mut watch = Watch::new(begin);
    let numbers = N_AHEAD + 1..=N_AHEAD + N_LISTENERS;
    let subscribe = |number| watch.subscribe(ticket(number, variant_id), None, begin);
    let outlets: Vec<_> = numbers.map(subscribe).collect();
    let mut n_told = |replica: &Replica, tick: u32| {
        while watch.look(Some(replica), begin + TICK * tick) {}
        outlets.iter().filter(|outlet| told(outlet).is_some()).count()
    };
    assert_eq!(n_told(&replica, 0), outlets.len(), "who they are");

    let mut configure = |replica: &mut Replica, evn, rate| {
        header.config.admission_rate_per_second = rate;
        let event = RoomEvent::Configured(header.config.told());
        assert_eq!(replica.apply(EventPoint { epoch: EPOCH, evn }, &event), Applied::Next);
    };
    configure(&mut replica, 1, 10.0);
    assert_eq!(n_told(&replica, 10), 0, "nothing has changed");
    configure(&mut replica, 2, 5.0);
    let shares: Vec<_> = (11..20).map(|tick| n_told(&replica, tick)).collect();
    assert_eq!(shares, [2000, 2000, 2000, 2000, 2000, 2000, 0, 0, 0]);
    configure(&mut replica, 3, 5.0);
    watch.follow(&replica, begin + TICK * 40);
    watch.collect(Some(&replica), begin + TICK * 40);
    assert!(watch.due.is_empty());
}
