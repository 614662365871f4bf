//! What a connection hears when it is looked at: its position, what it was told already, or that the
//! line is being restored.

use super::{Shown, Subscriber, Told};
use crate::{
    room::{Replica, Rise},
    socket::{Frame, cadence},
};
use std::{
    mem,
    time::{Duration, Instant},
};

/// How long a client's own `seen` may keep it waiting for an instance that is behind.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// Pause before the first question to Redis: most often an event or a hint comes first.
const ASK_SOON: Duration = Duration::from_millis(250);
/// Pause between two words about a line that is being restored.
const REBUILDING_PAUSE: Duration = Duration::from_secs(5);

/// When a subscriber is looked at again, and what is to be done until then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::socket) struct Due {
    /// At this time.
    pub(in crate::socket) at: Instant,
    /// Or as soon as so many more have left its line.
    pub(in crate::socket) departures: Option<u64>,
    /// Whether Redis is to be asked about the ticket now.
    pub(in crate::socket) asks: bool,
}

impl Subscriber {
    /// Looks at the room and says what is due. `None` stands for a room that is being restored.
    /// Returns when to look again, unless everything was said.
    pub(in crate::socket) fn look(
        &mut self,
        replica: Option<&Replica>,
        now: Instant,
    ) -> Option<Due> {
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
            self.stands_at = None;
            return (self.keep_alive(now), None);
        }
        let Some(replica) = replica else { return (self.look_at_nothing(now), None) };
        if self.is_ahead_of(replica, now) {
            return (now + cadence::TICK, None);
        }
        let (lane, variant_id) = self.line();
        self.stands_at = replica.position_of(lane, variant_id, self.ticket.score);
        let Some(position) = self.stands_at else {
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
        let is_news = self.told != Told::Waiting || replica.is_noticed_since(shown.point);
        let silent = now.duration_since(self.told_at);
        let is_stock_due = replica.units_of(self.ticket.intent.variant_id) != self.units
            && cadence::is_stock_due(shown.position, silent);
        let is_due = is_news || is_stock_due || cadence::is_due(shown.position, position, silent);
        if is_due || self.is_time_due(replica, position) {
            // What the client saw of later events elsewhere stays seen.
            let point = shown.point.max(replica.point());
            return self.show_as(replica, Shown { position, point, exact }, rise, now);
        }
        self.after_showing(shown.position, position)
    }

    /// Whether limits changed, and with them the time. How fast the room moves changes it, too, but that
    /// happens all the time, and waits for the next frame.
    fn is_time_due(&mut self, replica: &Replica, position: u64) -> bool {
        if !mem::take(&mut self.has_new_limits) {
            return false;
        }
        let now = replica.prospects(&self.ticket, position).eta_p50_s;
        cadence::is_time_due(self.eta_p50_s, now)
    }

    fn show_as(
        &mut self,
        replica: &Replica,
        shown: Shown,
        rise: Option<Rise>,
        now: Instant,
    ) -> (Instant, Option<u64>) {
        let (lane, variant_id) = self.line();
        let (position, point, notice) = (shown.position, replica.point(), replica.notice());
        let seen = self.shown.map_or(point, |before| before.point);
        let prospects = replica
            .prospects(&self.ticket, position)
            .explained(self.known_eta_p50_s, || replica.slowed_since(seen, rise));
        self.shown = Some(shown);
        self.units = replica.units_of(variant_id);
        self.eta_p50_s = prospects.eta_p50_s;
        // While no time is told, the next is compared with the one before.
        self.known_eta_p50_s = prospects.eta_p50_s.or(self.known_eta_p50_s);
        self.has_new_limits = false;
        self.tell(Told::Waiting, now);
        self.outlet.send(Frame::Waiting {
            epoch: point.epoch.0,
            evn: point.evn,
            position,
            waiting: replica.waiting_in(lane, variant_id).max(position),
            units_left: self.units.map(|units| units.left),
            units_held: self.units.map(|units| units.held),
            prospects,
            mode: notice.mode,
            mode_until: notice.until,
            message: notice.message.clone(),
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
            Told::Missed => self.outlet.send(Frame::Missed),
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

    /// Whether Redis is to be asked now; if so, not again for a while.
    fn take_question(&mut self, now: Instant) -> bool {
        let is_due = self.ask_at.is_some_and(|at| at <= now);
        if is_due {
            self.n_asked += 1;
            self.ask_at = Some(now + self.ask_pause());
        }
        is_due
    }
}
