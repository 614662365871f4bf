//! How a lost line comes back.

use super::{Command, Config, End, Line, Place, Problem, Reply, Room, State, Ticket};
use shared::{
    drops::CloseReason,
    messages::{ChainHash, EventPoint, JoinedTicket, RoomEvent},
    tickets::Epoch,
};

impl Line {
    pub(super) fn begin(&mut self, epoch: Epoch) -> Reply {
        if self.room.is_some_and(|room| room.epoch >= epoch) {
            return Reply::Refused(Problem::Stale);
        }
        self.room = Some(Room { epoch, trusted: true, open: false, evn: 0, grace_until_us: 0 });
        self.seq = 0;
        self.memo.clear();
        self.tat = None;
        Reply::Done
    }

    pub(super) fn rebuild_step(&mut self, now_us: i64, command: &Command) -> Reply {
        match command {
            Command::Clear => *self = Self { room: self.room, ..Self::default() },
            Command::RestoreWaiting(tickets) => {
                tickets.iter().for_each(|ticket| self.restore_waiting(ticket));
            }
            Command::RestoreFinished(tickets) => {
                tickets.iter().for_each(|(id, score, end)| self.finish(*id, *score, *end));
            }
            Command::RestoreAdmitted { tickets, lease_us } => {
                for (ticket, command) in tickets {
                    let state = command.map(|(position, admitted_at_us)| State::InFlight {
                        deadline_us: now_us + lease_us,
                        position: Some(position),
                        admitted_at_us,
                    });
                    self.restore_admitted(ticket, state.unwrap_or(State::Occupied));
                }
            }
            Command::RestoreStock(stock) => {
                self.stock = stock.iter().map(|figure| (figure.variant_id, *figure)).collect();
            }
            Command::Open { config, ended, follows, grace_us } => {
                self.ended = *ended;
                self.open(now_us, config, *follows, *grace_us);
            }
            _ => {}
        }
        Reply::Done
    }

    fn restore_waiting(&mut self, ticket: &JoinedTicket) {
        if self.place(ticket.ticket_id) != Place::Unknown {
            return;
        }
        if let Some(other) = self.other_of(ticket) {
            if self.place(other.ticket_id) != Place::Waiting {
                return;
            }
            let behind = if other.score < ticket.score { *ticket } else { other };
            self.finish(behind.ticket_id, behind.score, End::Closed(CloseReason::Replaced));
            if behind.ticket_id == ticket.ticket_id {
                return;
            }
        }
        self.put_in_line(ticket);
    }

    fn restore_admitted(&mut self, ticket: &JoinedTicket, state: State) {
        let place = self.place(ticket.ticket_id);
        let flies = matches!(state, State::InFlight { .. });
        if flies && matches!(place, Place::Occupied | Place::Over(End::Ordered)) {
            return;
        }
        if let Some(other) = self.other_of(ticket)
            && matches!(
                self.place(other.ticket_id),
                Place::Waiting | Place::InFlight { extended: false }
            )
        {
            self.finish(other.ticket_id, other.score, End::Closed(CloseReason::Replaced));
        }
        let restored = Ticket { score: ticket.score, joined: Some(*ticket), state };
        self.tickets.insert(ticket.ticket_id, restored);
        self.own.insert(ticket.shopper_id, ticket.ticket_id);
    }

    fn open(
        &mut self,
        now_us: i64,
        config: &Config,
        follows: Option<(EventPoint, ChainHash)>,
        grace_us: i64,
    ) {
        self.config = Some(config.clone());
        self.tat = None;
        if let Some(room) = &mut self.room {
            room.open = true;
            room.grace_until_us = if grace_us > 0 { now_us + grace_us } else { 0 };
        }
        self.tell(RoomEvent::Begun {
            follows: follows.map(|(point, _)| point),
            follows_hash: follows.map(|(_, hash)| hash).unwrap_or_default(),
        });
    }
}
