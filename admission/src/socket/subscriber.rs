//! What one connection was told, and what it hears next. Pure: no I/O, the time is passed in.

use super::{CloseReason, Frame, Outlet, Seen, cadence};
use crate::room::Replica;
use queue::TicketStatus;
use shared::{credentials::TicketClaims, drops::CloseReason as LineEnd, lifecycle::TicketState};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// How long a client's own `seen` may keep it waiting for an instance that is behind.
const PATIENCE: Duration = Duration::from_secs(5);
/// Pause between two questions to Redis about a ticket that does not wait.
const ASK_EVERY: Duration = Duration::from_secs(3);
/// Pause before the first one: most often an event or a hint comes first.
const ASK_SOON: Duration = Duration::from_millis(250);

/// One connection, as the hub knows it.
pub struct Subscriber {
    /// The ticket; enough to attach it again.
    pub claims: TicketClaims,
    /// Where its frames go.
    pub outlet: Arc<Outlet>,
    shown: Option<Seen>,
    told: Told,
    told_at: Instant,
    since: Instant,
    ask_at: Option<Instant>,
    past: bool,
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
    /// Begins with what the client says that it saw.
    #[must_use]
    pub fn new(
        claims: TicketClaims,
        outlet: Arc<Outlet>,
        seen: Option<Seen>,
        now: Instant,
    ) -> Self {
        Self {
            claims,
            outlet,
            shown: seen,
            told: Told::Nothing,
            told_at: now,
            since: now,
            ask_at: None,
            past: false,
        }
    }

    /// Looks at the room and says what is due. `None` stands for a room that is being restored.
    pub fn look(&mut self, replica: Option<&Replica>, now: Instant) {
        if self.told == Told::Over {
            return;
        }
        if self.past {
            return self.keep_alive(now);
        }
        let Some(replica) = replica else { return self.look_at_nothing(now) };
        if self.is_ahead_of(replica, now) {
            return;
        }
        let ticket = &self.claims.ticket;
        match replica.place_of(ticket.lane, ticket.score) {
            Some(place) => {
                self.ask_at = None;
                match replica.ended() {
                    Some(reason) => self.end(Frame::Closed { reason }, CloseReason::TicketClosed),
                    None => self.show(replica, place, now),
                }
            }
            // Not in line: an event, a hint or Redis will tell why.
            None => {
                self.ask_at.get_or_insert(now + ASK_SOON);
                self.keep_alive(now);
            }
        }
    }

    /// Whether the client saw a later event than this instance knows. It is served once the
    /// instance has caught up, so that no place jumps back.
    fn is_ahead_of(&mut self, replica: &Replica, now: Instant) -> bool {
        let ahead = self.shown.is_some_and(|seen| seen.point > replica.point());
        if ahead && now.duration_since(self.since) > PATIENCE {
            self.shown = None;
            return false;
        }
        ahead
    }

    fn show(&mut self, replica: &Replica, exact: u64, now: Instant) {
        let point = replica.point();
        let silent = now.duration_since(self.told_at);
        let mut place = exact;
        let mut rise = None;
        if let Some(seen) = self.shown {
            if exact > seen.place {
                rise = replica.rise_since(seen.point);
                // POS-1: without a labelled event the shown place stays.
                place = rise.map_or(seen.place, |_| exact);
            }
            let news = self.told != Told::Waiting || replica.is_configured_since(seen.point);
            if !news && !cadence::is_due(seen.place, place, silent) {
                return;
            }
        }
        self.shown = Some(Seen { point, place });
        self.tell(Told::Waiting, now);
        self.outlet.send(Frame::Waiting {
            epoch: point.epoch.0,
            evn: point.evn,
            place,
            waiting: replica.waiting_in(self.claims.ticket.lane).max(place),
            mode: replica.mode(),
            message: replica.message().cloned(),
            rise,
        });
    }

    fn look_at_nothing(&mut self, now: Instant) {
        let pause = match self.told {
            Told::Nothing => Duration::from_secs(1),
            Told::Rebuilding => cadence::KEEP_ALIVE / 3,
            _ => Duration::ZERO,
        };
        if now.duration_since(self.told_at) >= pause {
            self.tell(Told::Rebuilding, now);
            self.outlet.send(Frame::Rebuilding { retry_after_ms: 1000 });
        }
    }

    /// Says the last thing again after a long silence.
    fn keep_alive(&mut self, now: Instant) {
        if now.duration_since(self.told_at) < cadence::KEEP_ALIVE {
            return;
        }
        match self.told {
            Told::Admitting => self.outlet.send(Frame::Admitting),
            Told::Held => self.outlet.send(Frame::Held),
            Told::Order(state) => self.outlet.send(Frame::Order { state }),
            Told::Nothing | Told::Rebuilding | Told::Waiting | Told::Over => return,
        }
        self.told_at = now;
    }

    /// Takes what Redis said of the ticket. True when it has to be attached.
    pub fn settle(&mut self, status: TicketStatus, now: Instant) -> bool {
        self.ask_at = Some(now + ASK_EVERY);
        match status {
            TicketStatus::Waiting => {
                // In line: its place comes from the replica, now or in a moment.
                self.past = false;
                self.ask_at = None;
            }
            TicketStatus::Missed | TicketStatus::InFlight { extended: false } => {}
            TicketStatus::InFlight { extended: true } => self.admitting(now),
            TicketStatus::Held => self.held(now),
            TicketStatus::Finished => self.finished(),
            TicketStatus::Closed(reason) => self.closed(reason),
            TicketStatus::Left => self.left(),
            TicketStatus::Unknown => {
                self.past = false;
                return self.told != Told::Over;
            }
        }
        false
    }

    /// Kafka has the command.
    pub fn admitting(&mut self, now: Instant) {
        self.advance(Told::Admitting, Frame::Admitting, now);
    }

    /// Postgres has the hold.
    pub fn held(&mut self, now: Instant) {
        self.advance(Told::Held, Frame::Held, now);
    }

    /// The order changed.
    pub fn order(&mut self, state: TicketState, now: Instant) {
        if state.is_terminal() {
            return self.end(Frame::Order { state }, CloseReason::Finished);
        }
        if self.told != Told::Order(state) && self.told != Told::Over {
            self.past = true;
            self.tell(Told::Order(state), now);
            self.outlet.send(Frame::Order { state });
        }
    }

    /// The order is over; which way is the storefront's to say.
    fn finished(&mut self) {
        self.end(Frame::Held, CloseReason::Finished);
    }

    /// Closed before its turn.
    pub fn closed(&mut self, reason: LineEnd) {
        self.end(Frame::Closed { reason }, CloseReason::TicketClosed);
    }

    /// Went away.
    pub fn left(&mut self) {
        self.end(Frame::Left, CloseReason::TicketClosed);
    }

    /// Can never be served.
    pub fn impossible(&mut self) {
        self.told = Told::Over;
        self.ask_at = None;
        self.outlet.close(CloseReason::TicketInvalid("ticket_invalid"));
    }

    fn advance(&mut self, told: Told, frame: Frame, now: Instant) {
        self.past = true;
        if self.told < told {
            self.tell(told, now);
            self.outlet.send(frame);
        }
    }

    fn end(&mut self, frame: Frame, reason: CloseReason) {
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
            self.ask_at = Some(now + ASK_EVERY);
        }
    }

    /// Has Redis asked at the next look, unless the ticket is over or stands in line for sure.
    pub const fn ask_now(&mut self, now: Instant) {
        if self.past {
            self.ask_at = Some(now);
        }
    }

    /// Whether Redis is to be asked now; if so, not again for a while.
    pub fn take_question(&mut self, now: Instant) -> bool {
        let due = self.told != Told::Over && self.ask_at.is_some_and(|at| at <= now);
        if due {
            self.ask_at = Some(now + ASK_EVERY);
        }
        due
    }

    /// Whether it still stands in line, as far as it was told.
    #[must_use]
    pub const fn is_past(&self) -> bool {
        self.past
    }
}
