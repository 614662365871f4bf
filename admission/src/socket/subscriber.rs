//! What one connection was told, and what it hears next. Pure: no I/O, the time is passed in.
//!
//! What happens to its ticket is taken in here; `look` says what follows from the room's state.

mod look;

pub(super) use look::Due;

use super::{DisconnectReason, Frame, Outlet, Seen};
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

/// Pause between two questions to Redis about a ticket that does not wait. It doubles with each
/// answer that brings no news: a hint brings them sooner.
const ASK_EVERY: Duration = Duration::from_secs(3);
const ASK_SELDOM: Duration = Duration::from_secs(30);

/// One connection, as the hub knows it.
pub(super) struct Subscriber {
    /// Enough to attach the ticket again.
    ticket: JoinedTicket,
    pub(super) outlet: Arc<Outlet>,
    shown: Option<Shown>,
    /// What was told last of what is left, and of how long it takes.
    units: Option<VariantUnits>,
    eta_p50_s: Option<u32>,
    /// The last time that was told: there may be none in the last frame.
    known_eta_p50_s: Option<u32>,
    /// Whether limits changed since the last frame, and the time may have with them.
    has_new_limits: bool,
    told: Told,
    told_at: Instant,
    since: Instant,
    /// When Redis is to be asked about the ticket; `None` while it stands in line for sure.
    ask_at: Option<Instant>,
    /// Questions since the last news.
    n_asked: u32,
    /// Whether the ticket is past waiting, as far as we know.
    is_past: bool,
    /// The position found at the last look, or seen before the first, while the ticket waits.
    stands_at: Option<u64>,
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

/// The last thing that was said, in the order in which things are said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    Nothing,
    Rebuilding,
    Missed,
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
            eta_p50_s: None,
            known_eta_p50_s: seen.and_then(|seen| seen.eta_p50_s),
            has_new_limits: false,
            told: Told::Nothing,
            told_at: now,
            since: now,
            ask_at: None,
            n_asked: 0,
            is_past: false,
            stands_at: seen.map(|seen| seen.position),
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

    /// Limits changed: the next look tells the time, if it is another one now.
    pub(super) const fn limits_changed(&mut self) {
        self.has_new_limits = true;
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
            LineState::Missed => {
                self.is_past = false;
                return self.missed(now).then_some(self.ticket);
            }
            LineState::InFlight { extended: false } => {}
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

    /// Nobody saw the shopper near the front, and now they are there. Returns whether that matters still.
    fn missed(&mut self, now: Instant) -> bool {
        if self.told != Told::Over && self.told != Told::Missed {
            self.tell(Told::Missed, now);
            self.outlet.send(Frame::Missed);
        }
        self.told == Told::Missed
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
        (self.told, self.stands_at) = (Told::Over, None);
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
            (self.told, self.stands_at) = (Told::Over, None);
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

    /// Pause before the next question.
    fn ask_pause(&self) -> Duration {
        let n_doubled = self.n_asked.saturating_sub(1);
        ASK_EVERY.saturating_mul(2_u32.saturating_pow(n_doubled)).min(ASK_SELDOM)
    }

    /// Whether the ticket is past waiting, as far as we know.
    pub(super) const fn is_past(&self) -> bool {
        self.is_past
    }

    /// The position found at the last look, while the ticket waits.
    pub(super) const fn stands_at(&self) -> Option<u64> {
        self.stands_at
    }
}

impl From<Seen> for Shown {
    fn from(Seen { point, position, .. }: Seen) -> Self {
        Self { position, point, exact: position }
    }
}

#[cfg(test)]
mod tests;
