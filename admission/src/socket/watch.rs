//! Whom a hub looks at, and when. Pure: the time and the room are passed in.
//!
//! Each subscriber says at each look when more may be due: at a time, which the wheel keeps, or
//! after so many departures, which its line keeps. Nobody else is looked at, unless something
//! happened to a ticket, or to the whole room.

use super::{
    DisconnectReason, Outlet, Seen,
    lines::Lines,
    news::{News, TicketEnding},
    seats::{SeatId, Seats},
    subscriber::{Due, Subscriber},
    wheel::Wheel,
};
use crate::room::Replica;
use shared::{
    drops::CloseReason,
    ids::TicketId,
    line::{JoinedTicket, TicketKey},
};
use std::{collections::BTreeSet, sync::Arc, time::Instant};

/// Connections of one ticket, at most; a newer one takes over from the oldest.
const PER_TICKET: usize = 3;
/// Subscribers of one look: others wait for the hub and for the room meanwhile.
const AT_ONCE: usize = 64;

/// The subscribers of a room, and who of them is to be looked at.
pub(super) struct Watch {
    seats: Seats,
    wheel: Wheel,
    lines: Lines,
    due: Vec<SeatId>,
    ended: Vec<(TicketId, TicketEnding)>,
    questions: BTreeSet<TicketKey>,
    has_replica: bool,
    over: Option<CloseReason>,
}

impl Watch {
    /// Nobody listens yet.
    pub(super) fn new(now: Instant) -> Self {
        Self {
            seats: Seats::default(),
            wheel: Wheel::new(now),
            lines: Lines::default(),
            due: Vec::new(),
            ended: Vec::new(),
            questions: BTreeSet::new(),
            has_replica: false,
            over: None,
        }
    }

    /// Adds a listener. Returns where its frames go.
    pub(super) fn subscribe(
        &mut self,
        ticket: JoinedTicket,
        seen: Option<Seen>,
        now: Instant,
    ) -> Arc<Outlet> {
        let own = self.seats.of(ticket.ticket_id);
        let surplus = own.first().copied().filter(|_| own.len() >= PER_TICKET);
        if let Some(oldest) = surplus.and_then(|id| self.seats.remove(id)) {
            oldest.outlet.close(DisconnectReason::Replaced);
        }
        let outlet = Arc::new(Outlet::default());
        let subscriber = Subscriber::new(ticket, Arc::clone(&outlet), seen, now);
        self.due.push(self.seats.add(subscriber));
        outlet
    }

    /// Forgets a listener whose connection is gone.
    pub(super) fn unsubscribe(&mut self, ticket_id: TicketId, outlet: &Arc<Outlet>) {
        if let Some(id) = self.seats.find(ticket_id, outlet) {
            self.seats.remove(id);
        }
    }

    /// How many listen.
    pub(super) const fn n_listeners(&self) -> usize {
        self.seats.len()
    }

    /// Changes those who listen to a ticket, and looks at them soon.
    pub(super) fn with(&mut self, ticket_id: TicketId, mut change: impl FnMut(&mut Subscriber)) {
        for id in self.seats.of(ticket_id).to_vec() {
            if let Some(seat) = self.seats.get_mut(id) {
                change(&mut seat.subscriber);
                self.due.push(id);
            }
        }
    }

    /// Has Redis asked about everybody who is past waiting.
    pub(super) fn ask_all(&mut self, now: Instant) {
        self.seats.iter_mut().for_each(|(_, seat)| seat.subscriber.ask_now(now));
        self.look_at_all();
    }

    /// Up to `n` tickets that Redis is to be asked about.
    pub(super) fn take_questions(&mut self, n: usize) -> Vec<TicketKey> {
        let mut taken = Vec::new();
        while taken.len() < n
            && let Some(question) = self.questions.pop_first()
        {
            taken.push(question);
        }
        taken
    }

    /// Whether Redis is to be asked.
    pub(super) fn has_questions(&self) -> bool {
        !self.questions.is_empty()
    }

    /// Takes what happened; the replica knows of it already.
    pub(super) fn take(&mut self, news: News, now: Instant) {
        for (line, ticket_id) in news.joined {
            self.lines.joined(line);
            self.due.extend_from_slice(self.seats.of(ticket_id));
        }
        for ticket_id in news.admitted {
            self.due.extend_from_slice(self.seats.of(ticket_id));
        }
        self.ended.extend(news.ended);
        self.over = self.over.or(news.over);
        if news.is_replaced {
            self.lines.clear();
            self.seats.iter_mut().for_each(|(_, seat)| seat.awaited = None);
            self.ask_all(now);
        } else if news.is_for_all || news.over.is_some() {
            self.look_at_all();
        }
    }

    /// Looks at some of those who may be due, and tells them what is. Returns whether there are
    /// more.
    pub(super) fn look(&mut self, replica: Option<&Replica>, now: Instant) -> bool {
        if self.has_replica != replica.is_some() {
            self.has_replica = replica.is_some();
            self.look_at_all();
        }
        self.collect(replica, now);
        for _ in 0..AT_ONCE {
            if let Some((ticket_id, ending)) = self.ended.pop() {
                self.with(ticket_id, |one| match ending {
                    TicketEnding::Closed(reason) => one.closed(reason),
                    TicketEnding::Left => one.left(),
                });
            } else if let Some(id) = self.due.pop() {
                self.look_at(id, replica, now);
            } else {
                return false;
            }
        }
        !(self.ended.is_empty() && self.due.is_empty())
    }

    /// Finds those whose time has come, or whose departures have happened.
    fn collect(&mut self, replica: Option<&Replica>, now: Instant) {
        let Self { seats, wheel, lines, due, .. } = self;
        let tick = wheel.reached(now);
        wheel.advance(now, |id| {
            // Who was noted for another tick meanwhile is passed over.
            if let Some(seat) = seats.get_mut(id)
                && seat.look_at.take_if(|look_at| *look_at <= tick).is_some()
            {
                due.push(id);
            }
        });
        let Some(replica) = replica else { return };
        lines.advance(replica, |count, id| {
            if let Some(seat) = seats.get_mut(id)
                && seat.awaited.take_if(|awaited| *awaited == count).is_some()
            {
                due.push(id);
            }
        });
        lines.tidy(seats.len(), |count, id| {
            seats.get_mut(id).is_some_and(|seat| seat.awaited == Some(count))
        });
    }

    fn look_at(&mut self, id: SeatId, replica: Option<&Replica>, now: Instant) {
        let Some(seat) = self.seats.get_mut(id) else { return };
        if let Some(reason) = self.over.filter(|_| !seat.subscriber.is_past()) {
            return seat.subscriber.closed(reason);
        }
        let Some(Due { at, departures, asks }) = seat.subscriber.look(replica, now) else { return };
        if asks {
            self.questions.insert(seat.subscriber.key());
        }
        let tick = self.wheel.tick_of(at);
        if seat.look_at.is_none_or(|earlier| tick < earlier) {
            seat.look_at = Some(tick);
            self.wheel.note(id, tick);
        }
        let (Some(departures), Some(replica)) = (departures, replica) else { return };
        let line = seat.subscriber.line();
        let count = self.lines.after(line, departures, replica);
        if seat.awaited.is_none_or(|earlier| count < earlier) {
            seat.awaited = Some(count);
            self.lines.note(line, count, id);
        }
    }

    fn look_at_all(&mut self) {
        self.due.clear();
        self.due.extend(self.seats.iter_mut().map(|(id, _)| id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        room::Applied,
        socket::{cadence::TICK, outlet::Next},
    };
    use futures_util::FutureExt;
    use proptest::prelude::*;
    use shared::{
        drops::DropMode,
        ids::{ShopperId, VariantId},
        line::{Configured, Epoch, EventPoint, Intent, Lane, RoomEvent, Score, VariantUnits},
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
        Configure(u32),
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
            1 => (1..3_u32).prop_map(Step::Configure),
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
            let own: BTreeMap<_, _> =
                NUMBERS.map(|number| (number, ticket(number, variant_id))).into();
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
                Step::Configure(cap) => self.apply(&RoomEvent::Configured(Configured {
                    mode: DropMode::Running,
                    admission_rate_micro: 1,
                    occupancy_cap: cap,
                    message: None,
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
}
