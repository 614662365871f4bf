//! Joins, leaves, returns, and what Postgres decided.

use super::{LineModel, LineReply, ModelState, ModelTicket};
use shared::{
    drops::{CloseReason, DropMode},
    ids::TicketId,
    line::{
        AttachOutcome, AttachReply, JoinOutcome, JoinReply, JoinRequest, JoinedTicket,
        LeaveOutcome, LineEnd, LineState, LiveState, LogPosition, RoomEvent, Score, SettleOutcome,
        Settlement, StockFigure,
    },
};

impl LineModel {
    /// Returns where a ticket is; never `Missed`, since the model has no absence.
    #[must_use]
    pub fn state_of(&self, ticket_id: TicketId) -> LineState {
        match self.tickets.get(&ticket_id).map(|ticket| ticket.state) {
            None => LineState::Unknown,
            Some(ModelState::Over(LineEnd::Left)) => LineState::Left,
            Some(ModelState::Over(LineEnd::Closed(reason))) => LineState::Closed(reason),
            Some(ModelState::Over(LineEnd::Ordered)) => LineState::Finished,
            Some(live) => live.live().map_or(LineState::Unknown, LineState::from),
        }
    }

    pub(super) fn join(&mut self, now_us: i64, requests: &[JoinRequest]) -> LineReply {
        let mut joined = Vec::new();
        let outcomes = requests.iter().map(|one| self.join_one(now_us, one, &mut joined)).collect();
        if !joined.is_empty() {
            self.tell(RoomEvent::Joined { tickets: joined });
        }
        LineReply::Joined(JoinReply { at_us: now_us, evn: self.room().evn, outcomes })
    }

    fn join_one(
        &mut self,
        now_us: i64,
        request: &JoinRequest,
        all: &mut Vec<JoinedTicket>,
    ) -> JoinOutcome {
        if let Some(ticket_id) = self.own.get(&request.shopper_id)
            && let Some(ticket) = self.tickets.get(ticket_id)
            && let (Some(joined), Some(live)) = (ticket.joined, ticket.state.live())
        {
            return JoinOutcome::Existing(joined, live);
        }
        let config = self.config();
        if let Some(reason) = self.ended {
            return JoinOutcome::Ended(reason);
        } else if config.closes_at_us.is_some_and(|at| now_us >= at) {
            return JoinOutcome::Ended(CloseReason::Closed);
        } else if config.mode == DropMode::Stopped {
            return JoinOutcome::Stopped;
        } else if now_us < config.opens_at_us {
            return JoinOutcome::NotOpenYet { opens_at_us: config.opens_at_us };
        } else if now_us < self.room().grace_until_us {
            return JoinOutcome::Grace { until_us: self.room().grace_until_us };
        } else if self.waiting().len() >= config.capacity as usize {
            return JoinOutcome::Full;
        }
        self.seq += 1;
        let ticket = JoinedTicket {
            ticket_id: request.ticket_id,
            shopper_id: request.shopper_id,
            lane: request.lane,
            score: Score::new(self.room().epoch, self.seq),
            intent: request.intent,
            joined_at_ms: now_us / 1000,
        };
        self.put_in_line(&ticket);
        all.push(ticket);
        JoinOutcome::Joined(ticket)
    }

    pub(super) fn put_in_line(&mut self, ticket: &JoinedTicket) {
        let waiting =
            ModelTicket { score: ticket.score, joined: Some(*ticket), state: ModelState::Waiting };
        self.tickets.insert(ticket.ticket_id, waiting);
        self.own.insert(ticket.shopper_id, ticket.ticket_id);
    }

    pub(super) fn leave(&mut self, ticket_id: TicketId, score: Score) -> LineReply {
        match self.state_of(ticket_id) {
            LineState::Waiting => {
                let joined = self.tickets.get(&ticket_id).and_then(|ticket| ticket.joined);
                self.finish(ticket_id, score, LineEnd::Left);
                let tickets = joined.iter().map(JoinedTicket::ticket_score).collect();
                self.tell(RoomEvent::Left { tickets });
                LineReply::Left(LeaveOutcome::Left { evn: self.room().evn })
            }
            LineState::Left => LineReply::Left(LeaveOutcome::Left { evn: self.room().evn }),
            other => LineReply::Left(LeaveOutcome::Refused(other)),
        }
    }

    pub(super) fn attach(&mut self, now_us: i64, tickets: &[JoinedTicket]) -> LineReply {
        let (mut attached, mut replaced) = (Vec::new(), Vec::new());
        let mut outcomes = Vec::with_capacity(tickets.len());
        for ticket in tickets {
            let outcome = self.attach_one(ticket, &mut replaced);
            if outcome == AttachOutcome::Attached {
                attached.push(*ticket);
            }
            outcomes.push(outcome);
        }
        attached.retain(|ticket| self.state_of(ticket.ticket_id) == LineState::Waiting);
        if !replaced.is_empty() {
            let tickets = replaced.iter().map(JoinedTicket::ticket_score).collect();
            self.tell(RoomEvent::Closed { reason: CloseReason::Replaced, tickets });
        }
        if !attached.is_empty() {
            self.tell(RoomEvent::Attached { tickets: attached });
        }
        LineReply::Attached(AttachReply { at_us: now_us, evn: self.room().evn, outcomes })
    }

    fn attach_one(
        &mut self,
        ticket: &JoinedTicket,
        replaced: &mut Vec<JoinedTicket>,
    ) -> AttachOutcome {
        if ticket.score > Score::new(self.room().epoch, self.seq) {
            return AttachOutcome::Impossible;
        }
        match self.state_of(ticket.ticket_id) {
            LineState::Unknown => {}
            known => return AttachOutcome::Known(known),
        }
        if let Some(reason) = self.ended {
            return AttachOutcome::Ended(reason);
        }
        if let Some(other) = self.other_of(ticket) {
            if self.state_of(other.ticket_id) != LineState::Waiting {
                return AttachOutcome::Refused(other);
            }
            let behind = if other.score < ticket.score { *ticket } else { other };
            self.finish(behind.ticket_id, behind.score, LineEnd::Closed(CloseReason::Replaced));
            replaced.push(behind);
            if behind.ticket_id == ticket.ticket_id {
                return AttachOutcome::Replaced(other);
            }
        }
        self.put_in_line(ticket);
        AttachOutcome::Attached
    }

    /// Returns the live ticket of this ticket's account, if it is another one.
    pub(super) fn other_of(&self, ticket: &JoinedTicket) -> Option<JoinedTicket> {
        let other = self.own.get(&ticket.shopper_id).filter(|id| **id != ticket.ticket_id)?;
        self.tickets.get(other)?.joined
    }

    pub(super) fn extend(
        &mut self,
        until_us: i64,
        tickets: impl Iterator<Item = (TicketId, Option<LogPosition>)>,
    ) -> LineReply {
        let mut n = 0;
        for (ticket_id, at) in tickets {
            if let Some(ModelTicket {
                state: ModelState::InFlight { deadline_us, position, .. },
                ..
            }) = self.tickets.get_mut(&ticket_id)
            {
                *deadline_us = until_us;
                *position = at.or(*position);
                n += 1;
            }
        }
        LineReply::Extended(n)
    }

    pub(super) fn settle(
        &mut self,
        stock: &[StockFigure],
        settlements: &[Settlement],
    ) -> LineReply {
        for figure in stock {
            let known = self.stock.get(&figure.variant_id);
            if known.is_none_or(|known| known.version < figure.version) {
                self.stock.insert(figure.variant_id, *figure);
            }
        }
        for Settlement { ticket_id, score, outcome } in settlements {
            match outcome {
                SettleOutcome::Held => self.hold(*ticket_id, *score),
                SettleOutcome::Ended(_) => self.finish(*ticket_id, *score, LineEnd::Ordered),
            }
        }
        LineReply::Done
    }

    fn hold(&mut self, ticket_id: TicketId, score: Score) {
        let ticket = self.tickets.entry(ticket_id).or_insert(ModelTicket {
            score,
            joined: None,
            state: ModelState::Held,
        });
        if ticket.state != ModelState::Over(LineEnd::Ordered) {
            ticket.state = ModelState::Held;
        }
    }
}

impl ModelState {
    /// Returns where a ticket is; `None` if it is over.
    const fn live(self) -> Option<LiveState> {
        match self {
            Self::Waiting => Some(LiveState::Waiting),
            Self::InFlight { position, .. } => {
                Some(LiveState::InFlight { extended: position.is_some() })
            }
            Self::Held => Some(LiveState::Held),
            Self::Over(_) => None,
        }
    }
}
