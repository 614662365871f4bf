//! What one connection was told, and what it hears next. Pure: no I/O, the time is passed in.

use super::{DisconnectReason, Frame, Outlet, Seen, cadence};
use crate::room::Replica;
use shared::{
    credentials::TicketClaims, drops::CloseReason, lifecycle::TicketState, line::LineState,
};
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
pub(super) struct Subscriber {
    /// Enough to attach the ticket again.
    pub(super) claims: TicketClaims,
    pub(super) outlet: Arc<Outlet>,
    shown: Option<Seen>,
    told: Told,
    told_at: Instant,
    since: Instant,
    /// When Redis is to be asked about the ticket; `None` while it stands in line for sure.
    ask_at: Option<Instant>,
    /// Whether the ticket is past waiting, as far as we know.
    is_past: bool,
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
            is_past: false,
        }
    }

    /// Looks at the room and says what is due. `None` stands for a room that is being restored.
    pub(super) fn look(&mut self, replica: Option<&Replica>, now: Instant) {
        if self.told == Told::Over {
            return;
        }
        if self.is_past {
            return self.keep_alive(now);
        }
        let Some(replica) = replica else { return self.look_at_nothing(now) };
        if self.is_ahead_of(replica, now) {
            return;
        }
        let ticket = &self.claims.ticket;
        match replica.position_of(ticket.lane, ticket.score) {
            Some(position) => {
                self.ask_at = None;
                match replica.ended() {
                    Some(reason) => self.closed(reason),
                    None => self.show(replica, position, now),
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
    /// instance has caught up, so that no position jumps back.
    fn is_ahead_of(&mut self, replica: &Replica, now: Instant) -> bool {
        let is_ahead = self.shown.is_some_and(|seen| seen.point > replica.point());
        if is_ahead && now.duration_since(self.since) > PATIENCE {
            self.shown = None;
            return false;
        }
        is_ahead
    }

    fn show(&mut self, replica: &Replica, exact: u64, now: Instant) {
        let point = replica.point();
        let silent = now.duration_since(self.told_at);
        let mut position = exact;
        let mut rise = None;
        if let Some(seen) = self.shown {
            if exact > seen.position {
                rise = replica.rise_since(seen.point);
                // POS-1: without a labelled event the shown position stays.
                position = rise.map_or(seen.position, |_| exact);
            }
            let is_news = self.told != Told::Waiting || replica.is_configured_since(seen.point);
            if !is_news && !cadence::is_due(seen.position, position, silent) {
                return;
            }
        }
        self.shown = Some(Seen { point, position });
        self.tell(Told::Waiting, now);
        self.outlet.send(Frame::Waiting {
            epoch: point.epoch.0,
            evn: point.evn,
            position,
            waiting: replica.waiting_in(self.claims.ticket.lane).max(position),
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
    pub(super) fn settle(&mut self, status: LineState, now: Instant) -> bool {
        self.ask_at = Some(now + ASK_EVERY);
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
                return self.told != Told::Over;
            }
        }
        false
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
            self.ask_at = Some(now + ASK_EVERY);
        }
    }

    /// Has Redis asked at the next look, unless the ticket stands in line.
    pub(super) const fn ask_now(&mut self, now: Instant) {
        if self.is_past {
            self.ask_at = Some(now);
        }
    }

    /// Whether Redis is to be asked now; if so, not again for a while.
    pub(super) fn take_question(&mut self, now: Instant) -> bool {
        let is_due = self.told != Told::Over && self.ask_at.is_some_and(|at| at <= now);
        if is_due {
            self.ask_at = Some(now + ASK_EVERY);
        }
        is_due
    }

    /// Whether the ticket is past waiting, as far as we know.
    pub(super) const fn is_past(&self) -> bool {
        self.is_past
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::socket::outlet::Next;
    use futures_util::FutureExt;
    use shared::{
        ids::{DropId, ShopperId, TicketId, VariantId},
        line::{Epoch, Intent, JoinedTicket, Lane, Score},
    };

    fn claims() -> TicketClaims {
        let ticket = JoinedTicket {
            ticket_id: TicketId::generate(),
            shopper_id: ShopperId::generate(),
            lane: Lane(0),
            score: Score::new(Epoch(1), 1),
            intent: Intent { variant_id: VariantId::generate(), units: 1 },
            joined_at_ms: 0,
        };
        TicketClaims { drop_id: DropId::generate(), ticket, expires_at_ms: 0 }
    }

    #[test]
    fn each_card_that_is_declined_is_told_until_the_order_is_over() {
        let (now, outlet) = (Instant::now(), Arc::new(Outlet::default()));
        let mut subscriber = Subscriber::new(claims(), Arc::clone(&outlet), None, now);
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
}
