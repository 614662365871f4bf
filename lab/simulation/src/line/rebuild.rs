//! How a lost line comes back.

use super::{LineCommand, LineModel, LineReply, ModelRoom, ModelState, ModelTicket};
use shared::{
    drops::CloseReason,
    line::{Epoch, EpochProblem, Follows, JoinedTicket, LineEnd, LineState, RoomConfig, RoomEvent},
};

impl LineModel {
    pub(super) fn begin(&mut self, epoch: Epoch) -> LineReply {
        if self.room.is_some_and(|room| room.epoch >= epoch) {
            return LineReply::Refused(EpochProblem::Stale);
        }
        self.room =
            Some(ModelRoom { epoch, trusted: true, open: false, evn: 0, grace_until_us: 0 });
        self.seq = 0;
        self.memo.clear();
        self.tat = None;
        LineReply::Done
    }

    pub(super) fn rebuild_step(&mut self, now_us: i64, command: &LineCommand) -> LineReply {
        match command {
            LineCommand::Clear => *self = Self { room: self.room, ..Self::default() },
            LineCommand::RestoreWaiting(tickets) => {
                tickets.iter().for_each(|ticket| self.restore_waiting(ticket));
            }
            LineCommand::RestoreFinished(tickets) => {
                tickets.iter().for_each(|one| self.finish(one.ticket_id, one.score, one.end));
            }
            LineCommand::RestoreOccupied(tickets) => {
                tickets.iter().for_each(|ticket| self.restore_admitted(ticket, ModelState::Held));
            }
            LineCommand::RestoreInFlight { tickets, lease_us } => {
                for one in tickets {
                    let state = ModelState::InFlight {
                        deadline_us: now_us + lease_us,
                        position: Some(one.position),
                        admitted_at_us: one.admitted_at_us,
                    };
                    self.restore_admitted(&one.ticket, state);
                }
            }
            LineCommand::RestoreStock(stock) => {
                self.stock = stock.iter().map(|figure| (figure.variant_id, *figure)).collect();
            }
            LineCommand::Open { config, follows, grace_us } => {
                self.open(now_us, config, *follows, *grace_us);
            }
            _ => {}
        }
        LineReply::Done
    }

    fn restore_waiting(&mut self, ticket: &JoinedTicket) {
        if self.state_of(ticket.ticket_id) != LineState::Unknown {
            return;
        }
        if let Some(other) = self.other_of(ticket) {
            if self.state_of(other.ticket_id) != LineState::Waiting {
                return;
            }
            let behind = if other.score < ticket.score { *ticket } else { other };
            self.finish(behind.ticket_id, behind.score, LineEnd::Closed(CloseReason::Replaced));
            if behind.ticket_id == ticket.ticket_id {
                return;
            }
        }
        self.put_in_line(ticket);
    }

    fn restore_admitted(&mut self, ticket: &JoinedTicket, state: ModelState) {
        let state_now = self.state_of(ticket.ticket_id);
        let flies = matches!(state, ModelState::InFlight { .. });
        if flies && matches!(state_now, LineState::Held | LineState::Finished) {
            return;
        }
        if let Some(other) = self.other_of(ticket)
            && matches!(
                self.state_of(other.ticket_id),
                LineState::Waiting | LineState::InFlight { extended: false }
            )
        {
            self.finish(other.ticket_id, other.score, LineEnd::Closed(CloseReason::Replaced));
        }
        let restored = ModelTicket { score: ticket.score, joined: Some(*ticket), state };
        self.tickets.insert(ticket.ticket_id, restored);
        self.own.insert(ticket.shopper_id, ticket.ticket_id);
    }

    fn open(&mut self, now_us: i64, config: &RoomConfig, follows: Option<Follows>, grace_us: i64) {
        self.config = Some(config.clone());
        self.ended = config.ended;
        self.tat = None;
        if let Some(room) = &mut self.room {
            room.open = true;
            room.grace_until_us = if grace_us > 0 { now_us + grace_us } else { 0 };
        }
        self.tell(RoomEvent::Begun {
            follows: follows.map(|one| one.point),
            follows_hash: follows.map(|one| one.hash).unwrap_or_default(),
        });
    }
}
