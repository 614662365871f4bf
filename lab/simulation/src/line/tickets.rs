//! Those who leave, those who come back, and leases.

use super::{LineModel, LineReply, ModelEnd, ModelState, ModelTicket};
use shared::{
    drops::CloseReason,
    ids::TicketId,
    line::{
        AdmittedTicket, AttachOutcome, AttachReply, JoinedTicket, Lease, LeaveOutcome, LineState,
        LogPosition, RoomEvent, Score, TicketKey,
    },
};
use std::iter;

impl LineModel {
    pub(super) fn leave(&mut self, ticket: TicketKey) -> LineReply {
        match self.state_of(ticket) {
            LineState::Waiting | LineState::Missed => {
                let joined = self.tickets.get(&ticket.ticket_id).and_then(|ticket| ticket.joined);
                self.finish(ticket, ModelEnd::Left);
                let tickets = joined.iter().map(JoinedTicket::ticket_score).collect();
                self.tell(RoomEvent::Left { tickets });
                LineReply::Left(LeaveOutcome::Left { evn: self.room().evn })
            }
            LineState::Left => LineReply::Left(LeaveOutcome::Left { evn: self.room().evn }),
            other => LineReply::Left(LeaveOutcome::Refused(other)),
        }
    }

    pub(super) fn attach(&mut self, now_us: i64, tickets: &[JoinedTicket]) -> LineReply {
        let (mut attached, mut returned, mut replaced) = (Vec::new(), Vec::new(), Vec::new());
        let mut outcomes = Vec::with_capacity(tickets.len());
        for ticket in tickets {
            let outcome = self.attach_one(now_us, ticket, &mut replaced);
            match outcome {
                AttachOutcome::Attached => attached.push(*ticket),
                AttachOutcome::Returned => returned.push(*ticket),
                _ => {}
            }
            outcomes.push(outcome);
        }
        attached.retain(|ticket| self.state_of(ticket.key()) == LineState::Waiting);
        returned.retain(|ticket| self.state_of(ticket.key()) == LineState::Waiting);
        if !replaced.is_empty() {
            let tickets = replaced.iter().map(JoinedTicket::ticket_score).collect();
            self.tell(RoomEvent::Closed { reason: CloseReason::Replaced, tickets });
        }
        if !attached.is_empty() {
            self.tell(RoomEvent::Attached { tickets: attached });
        }
        if !returned.is_empty() {
            self.tell(RoomEvent::Returned { tickets: returned });
        }
        LineReply::Attached(AttachReply { at_us: now_us, evn: self.room().evn, outcomes })
    }

    fn attach_one(
        &mut self,
        now_us: i64,
        ticket: &JoinedTicket,
        replaced: &mut Vec<JoinedTicket>,
    ) -> AttachOutcome {
        if ticket.score > Score::new(self.room().epoch, self.seq) {
            return AttachOutcome::Impossible;
        }
        match self.state_of(ticket.key()) {
            LineState::Unknown | LineState::Missed => {}
            known => return AttachOutcome::Known(known),
        }
        if let Some(reason) = self.ended {
            return AttachOutcome::Ended(reason);
        }
        if !self.return_missed(now_us, iter::once(ticket.ticket_id)).is_empty() {
            return AttachOutcome::Returned;
        }
        if let Some(other) = self.other_of(ticket) {
            if !matches!(self.state_of(other.key()), LineState::Waiting | LineState::Missed) {
                return AttachOutcome::Refused(other);
            }
            let behind = if other.score < ticket.score { *ticket } else { other };
            self.close(behind.key(), CloseReason::Replaced);
            replaced.push(behind);
            if behind.ticket_id == ticket.ticket_id {
                return AttachOutcome::Replaced(other);
            }
        }
        self.put_in_line(ticket);
        self.see_near_front(now_us, ticket);
        AttachOutcome::Attached
    }

    /// Returns the live ticket of this ticket's account, if it is another one.
    fn other_of(&self, ticket: &JoinedTicket) -> Option<JoinedTicket> {
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

    /// Returns the leases of tickets in flight, the oldest deadline first.
    #[must_use]
    pub fn leases(&self) -> Vec<Lease> {
        let lease = |ticket: &ModelTicket| match (ticket.state, ticket.joined) {
            (ModelState::InFlight { deadline_us, position, admitted_at_us }, Some(ticket)) => {
                let ticket = AdmittedTicket { ticket, admitted_at_us };
                Some(Lease { ticket, deadline_us, position })
            }
            _ => None,
        };
        let mut leases: Vec<_> = self.tickets.values().filter_map(lease).collect();
        leases.sort_by_key(|lease| lease.deadline_us);
        leases
    }
}
