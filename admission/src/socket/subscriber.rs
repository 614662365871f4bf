//! What one connection was told, and what it hears next. Pure: no I/O, the time is passed in.

use super::{DisconnectReason, Frame, Outlet, Seen, cadence};
use crate::room::{Replica, Rise};
use shared::{
    drops::CloseReason,
    ids::{TicketId, VariantId},
    lifecycle::TicketState,
    line::{EventPoint, JoinedTicket, Lane, LineState, TicketKey, VariantUnits},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// How long a client's own `seen` may keep it waiting for an instance that is behind.
const PATIENCE: Duration = Duration::from_secs(5);
/// Pause between two questions to Redis about a ticket that does not wait. It doubles with each
/// answer that brings no news: a hint brings them sooner.
const ASK_EVERY: Duration = Duration::from_secs(3);
const ASK_SELDOM: Duration = Duration::from_secs(30);
/// Pause before the first one: most often an event or a hint comes first.
const ASK_SOON: Duration = Duration::from_millis(250);
/// Pause between two words about a line that is being restored.
const REBUILDING_PAUSE: Duration = Duration::from_secs(5);

/// One connection, as the hub knows it.
pub(super) struct Subscriber {
    /// Enough to attach the ticket again.
    ticket: JoinedTicket,
    pub(super) outlet: Arc<Outlet>,
    shown: Option<Shown>,
    /// What was told last of what is left.
    units: Option<VariantUnits>,
    told: Told,
    told_at: Instant,
    since: Instant,
    /// When Redis is to be asked about the ticket; `None` while it stands in line for sure.
    ask_at: Option<Instant>,
    /// Questions since the last news.
    n_asked: u32,
    /// Whether the ticket is past waiting, as far as we know.
    is_past: bool,
}

/// The position that the shopper sees.
#[derive(Clone, Copy)]
struct Shown {
    position: u64,
    /// The last event that it takes into account.
    point: EventPoint,
    /// The position that was exact then: higher than the shown one if nothing allowed a rise.
    exact: u64,
}

/// When a subscriber is looked at again, and what is to be done until then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Due {
    /// At this time.
    pub(super) at: Instant,
    /// Or as soon as so many more have left its line.
    pub(super) departures: Option<u64>,
    /// Whether Redis is to be asked about the ticket now.
    pub(super) asks: bool,
}

/// The last thing that was said, in the order in which things are said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    Nothing,
    Rebuilding,
    Waiting,
    Admitting,
    Held,
    Order(TicketState),
    Over,
}

impl Subscriber {
    /// Begins with what the client says it has seen.
    pub(super) fn new(
        ticket: JoinedTicket,
        outlet: Arc<Outlet>,
        seen: Option<Seen>,
        now: Instant,
    ) -> Self {
        Self {
            ticket,
            outlet,
            shown: seen.map(Shown::from),
            units: None,
            told: Told::Nothing,
            told_at: now,
            since: now,
            ask_at: None,
            n_asked: 0,
            is_past: false,
        }
    }

    /// Whose connection it is.
    pub(super) const fn ticket_id(&self) -> TicketId {
        self.ticket.ticket_id
    }

    /// What finds the ticket in Redis.
    pub(super) const fn key(&self) -> TicketKey {
        self.ticket.key()
    }

    /// The line that the ticket stands in.
    pub(super) const fn line(&self) -> (Lane, VariantId) {
        (self.ticket.lane, self.ticket.intent.variant_id)
    }

    /// Looks at the room and says what is due. `None` stands for a room that is being restored.
    /// Returns when to look again, unless everything was said.
    pub(super) fn look(&mut self, replica: Option<&Replica>, now: Instant) -> Option<Due> {
        if self.told == Told::Over {
            return None;
        }
        let (at, departures) = self.look_at(replica, now);
        if self.told == Told::Over {
            return None;
        }
        let asks = self.take_question(now);
        let others = [self.ask_at, self.outlet.ask_for_life(now)];
        let at = others.into_iter().flatten().fold(at, Ord::min);
        Some(Due { at, departures, asks })
    }

    /// Says what is due. Returns when, or after how many departures, more may be.
    fn look_at(&mut self, replica: Option<&Replica>, now: Instant) -> (Instant, Option<u64>) {
        if self.is_past {
            return (self.keep_alive(now), None);
        }
        let Some(replica) = replica else { return (self.look_at_nothing(now), None) };
        if self.is_ahead_of(replica, now) {
            return (now + cadence::TICK, None);
        }
        let (lane, variant_id) = self.line();
        let Some(position) = replica.position_of(lane, variant_id, self.ticket.score) else {
            // Not in line: an event, a hint or Redis will tell why.
            self.ask_at.get_or_insert(now + ASK_SOON);
            return (self.keep_alive(now), None);
        };
        (self.ask_at, self.n_asked) = (None, 0);
        if let Some(reason) = replica.ended() {
            self.closed(reason);
            return (now, None);
        }
        self.show(replica, position, now)
    }

    /// Whether the client saw a later event than this instance knows. It is served once the
    /// instance has caught up, or after a while with the position that it saw, so that none jumps
    /// back.
    fn is_ahead_of(&self, replica: &Replica, now: Instant) -> bool {
        let is_ahead = self.shown.is_some_and(|shown| shown.point > replica.point());
        is_ahead && now.duration_since(self.since) <= PATIENCE
    }

    fn show(&mut self, replica: &Replica, exact: u64, now: Instant) -> (Instant, Option<u64>) {
        let Some(shown) = self.shown else {
            let first = Shown { position: exact, point: replica.point(), exact };
            return self.show_as(replica, first, None, now);
        };
        // POS-1: without a labelled event the shown position stays. A label is earned only if
        // somebody came ahead since it was shown: a snapshot is labelled, and may not be.
        let has_risen = exact > shown.exact;
        let rise = if has_risen { replica.rise_since(shown.point) } else { None };
        let position = if rise.is_some() { exact } else { exact.min(shown.position) };
        let is_news = self.told != Told::Waiting || replica.is_configured_since(shown.point);
        let silent = now.duration_since(self.told_at);
        let is_stock_due = replica.units_of(self.ticket.intent.variant_id) != self.units
            && cadence::is_stock_due(shown.position, silent);
        if is_news || is_stock_due || cadence::is_due(shown.position, position, silent) {
            // What the client saw of later events elsewhere stays seen.
            let point = shown.point.max(replica.point());
            return self.show_as(replica, Shown { position, point, exact }, rise, now);
        }
        self.after_showing(shown.position, position)
    }

    fn show_as(
        &mut self,
        replica: &Replica,
        shown: Shown,
        rise: Option<Rise>,
        now: Instant,
    ) -> (Instant, Option<u64>) {
        let (lane, variant_id) = self.line();
        let (position, point) = (shown.position, replica.point());
        self.shown = Some(shown);
        self.units = replica.units_of(variant_id);
        self.tell(Told::Waiting, now);
        self.outlet.send(Frame::Waiting {
            epoch: point.epoch.0,
            evn: point.evn,
            position,
            waiting: replica.waiting_in(lane, variant_id).max(position),
            units_left: self.units.map(|units| units.left),
            units_held: self.units.map(|units| units.held),
            mode: replica.mode(),
            message: replica.message().cloned(),
            rise,
        });
        self.after_showing(position, position)
    }

    fn after_showing(&self, shown: u64, position: u64) -> (Instant, Option<u64>) {
        let next = cadence::next_look(shown, position);
        (self.told_at + next.silent, next.departures)
    }

    /// Says that the line is being restored, now and then. Returns when to do so again.
    fn look_at_nothing(&mut self, now: Instant) -> Instant {
        let pause = match self.told {
            Told::Nothing => Duration::from_secs(1),
            Told::Rebuilding => REBUILDING_PAUSE,
            _ => Duration::ZERO,
        };
        if now.duration_since(self.told_at) < pause {
            return self.told_at + pause;
        }
        self.tell(Told::Rebuilding, now);
        self.outlet.send(Frame::Rebuilding { retry_after_ms: 1000 });
        now + REBUILDING_PAUSE
    }

    /// Says the last thing again after a long silence. Returns when to do so again.
    fn keep_alive(&mut self, now: Instant) -> Instant {
        let at = self.told_at + cadence::KEEP_ALIVE;
        if now < at {
            return at;
        }
        match self.told {
            Told::Admitting => self.outlet.send(Frame::Admitting),
            Told::Held => self.outlet.send(Frame::Held),
            Told::Order(state) => self.outlet.send(Frame::Order { state }),
            // Nothing is known that could be said.
            Told::Nothing | Told::Rebuilding | Told::Waiting | Told::Over => {
                return now + cadence::KEEP_ALIVE;
            }
        }
        self.told_at = now;
        now + cadence::KEEP_ALIVE
    }

    /// Takes what Redis said of the ticket. Returns the ticket when it has to be attached.
    pub(super) fn settle(&mut self, status: LineState, now: Instant) -> Option<JoinedTicket> {
        self.ask_at = Some(now + self.ask_pause());
        match status {
            LineState::Waiting => {
                // In line: its position comes from the replica, now or in a moment.
                self.is_past = false;
                self.ask_at = None;
            }
            LineState::Missed | LineState::InFlight { extended: false } => {}
            LineState::InFlight { extended: true } => self.admitting(now),
            LineState::Held => self.held(now),
            LineState::Finished => self.finished(),
            LineState::Closed(reason) => self.closed(reason),
            LineState::Left => self.left(),
            LineState::Unknown => {
                self.is_past = false;
                return (self.told != Told::Over).then_some(self.ticket);
            }
        }
        None
    }

    /// Kafka has the command.
    pub(super) fn admitting(&mut self, now: Instant) {
        self.advance(Told::Admitting, Frame::Admitting, now);
    }

    /// Postgres has the hold.
    pub(super) fn held(&mut self, now: Instant) {
        self.advance(Told::Held, Frame::Held, now);
    }

    /// The order changed. That is told even if the same was told last: when a second card is
    /// declined, the order is `reserved` once more.
    pub(super) fn order(&mut self, state: TicketState, now: Instant) {
        if state.is_terminal() {
            return self.end(Frame::Order { state }, DisconnectReason::Finished);
        }
        if self.told != Told::Over {
            self.is_past = true;
            self.tell(Told::Order(state), now);
            self.outlet.send(Frame::Order { state });
        }
    }

    /// The order is over; the storefront tells how it ended.
    fn finished(&mut self) {
        self.end(Frame::Held, DisconnectReason::Finished);
    }

    /// Closed before its turn.
    pub(super) fn closed(&mut self, reason: CloseReason) {
        self.end(Frame::Closed { reason }, DisconnectReason::TicketClosed);
    }

    /// The shopper left.
    pub(super) fn left(&mut self) {
        self.end(Frame::Left, DisconnectReason::TicketClosed);
    }

    /// No ticket of this room can have such a score.
    pub(super) fn impossible(&mut self) {
        self.told = Told::Over;
        self.ask_at = None;
        self.outlet.close(DisconnectReason::TicketInvalid("ticket_invalid"));
    }

    fn advance(&mut self, told: Told, frame: Frame, now: Instant) {
        self.is_past = true;
        if self.told < told {
            self.tell(told, now);
            self.outlet.send(frame);
        }
    }

    fn end(&mut self, frame: Frame, reason: DisconnectReason) {
        if self.told != Told::Over {
            self.told = Told::Over;
            self.ask_at = None;
            self.outlet.send(frame);
            self.outlet.close(reason);
        }
    }

    fn tell(&mut self, told: Told, now: Instant) {
        (self.told, self.told_at) = (told, now);
        if told > Told::Waiting && told < Told::Over {
            self.n_asked = 0;
            self.ask_at = Some(now + ASK_EVERY);
        }
    }

    /// Has Redis asked at the next look, unless the ticket stands in line.
    pub(super) const fn ask_now(&mut self, now: Instant) {
        if self.is_past {
            self.n_asked = 0;
            self.ask_at = Some(now);
        }
    }

    /// Whether Redis is to be asked now; if so, not again for a while.
    fn take_question(&mut self, now: Instant) -> bool {
        let is_due = self.ask_at.is_some_and(|at| at <= now);
        if is_due {
            self.n_asked += 1;
            self.ask_at = Some(now + self.ask_pause());
        }
        is_due
    }

    /// Pause before the next question.
    fn ask_pause(&self) -> Duration {
        let n_doubled = self.n_asked.saturating_sub(1);
        ASK_EVERY.saturating_mul(2_u32.saturating_pow(n_doubled)).min(ASK_SELDOM)
    }

    /// Whether the ticket is past waiting, as far as we know.
    pub(super) const fn is_past(&self) -> bool {
        self.is_past
    }
}

impl From<Seen> for Shown {
    fn from(Seen { point, position }: Seen) -> Self {
        Self { position, point, exact: position }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::socket::outlet::Next;
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
}
