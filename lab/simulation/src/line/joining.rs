//! Joins, and the positions that they are answered with.

use super::{LineModel, LineReply, ModelState, ModelTicket};
use shared::{
    drops::{CloseReason, DropMode},
    line::{
        JoinOutcome, JoinReply, JoinRequest, JoinedTicket, LiveState, RoomConfig, RoomEvent, Score,
    },
};

/// What becomes of a join, before the whole batch is in line.
enum Join {
    New(JoinedTicket),
    Existing(JoinedTicket, LiveState),
    Refused(JoinOutcome),
}

impl LineModel {
    pub(super) fn join(&mut self, now_us: i64, requests: &[JoinRequest]) -> LineReply {
        if self.ended.is_none() {
            let own = requests.iter().filter_map(|one| self.own.get(&one.shopper_id).copied());
            let own: Vec<_> = own.collect();
            let tickets = self.return_missed(now_us, own.into_iter());
            if !tickets.is_empty() {
                self.tell(RoomEvent::Returned { tickets });
            }
        }
        let mut n_waiting = self.n_waiting();
        let mut joins = Vec::with_capacity(requests.len());
        for request in requests {
            joins.push(self.join_one(now_us, request, &mut n_waiting));
        }
        let joined = |join: &Join| match join {
            Join::New(ticket) => Some(*ticket),
            Join::Existing(..) | Join::Refused(_) => None,
        };
        let tickets: Vec<_> = joins.iter().filter_map(joined).collect();
        if !tickets.is_empty() {
            self.tell(RoomEvent::Joined { tickets });
        }
        let outcomes = self.outcomes(joins);
        LineReply::Joined(JoinReply { at_us: now_us, evn: self.room().evn, outcomes })
    }

    fn join_one(&mut self, now_us: i64, request: &JoinRequest, n_waiting: &mut usize) -> Join {
        if let Some(ticket_id) = self.own.get(&request.shopper_id)
            && let Some(ticket) = self.tickets.get(ticket_id)
            && let Some(joined) = ticket.joined
        {
            return Join::Existing(joined, ticket.state.live());
        }
        if let Some(refused) = self.closed_entrance(now_us) {
            return Join::Refused(refused);
        }
        if *n_waiting >= self.config().capacity as usize {
            return Join::Refused(JoinOutcome::Full);
        }
        self.seq += 1;
        *n_waiting += 1;
        let ticket = JoinedTicket {
            ticket_id: request.ticket_id,
            shopper_id: request.shopper_id,
            lane: request.lane,
            score: Score::new(self.room().epoch, self.seq),
            intent: request.intent,
            joined_at_ms: now_us / 1000,
        };
        self.put_in_line(&ticket);
        Join::New(ticket)
    }

    /// Returns why nobody new may join.
    fn closed_entrance(&self, now_us: i64) -> Option<JoinOutcome> {
        let config = self.config();
        if let Some(reason) = self.ended {
            Some(JoinOutcome::Ended(reason))
        } else if config.closes_at_us.is_some_and(|at| now_us >= at) {
            Some(JoinOutcome::Ended(CloseReason::Closed))
        } else if let Some(refused) = refused_by_mode(config) {
            Some(refused)
        } else if now_us < config.opens_at_us {
            Some(JoinOutcome::NotOpenYet { opens_at_us: config.opens_at_us })
        } else if now_us < self.room().grace_until_us {
            Some(JoinOutcome::Grace { until_us: self.room().grace_until_us })
        } else {
            None
        }
    }

    /// Returns the answers, with the positions once the whole batch is in line.
    fn outcomes(&self, joins: Vec<Join>) -> Vec<JoinOutcome> {
        let places = self.places();
        let outcome = |join: Join| match join {
            Join::New(ticket) => {
                let position = places.of(&ticket).expect("who has just joined waits");
                JoinOutcome::Joined(ticket, position)
            }
            Join::Existing(ticket, state) => {
                JoinOutcome::Existing(ticket, state, places.of(&ticket))
            }
            Join::Refused(outcome) => outcome,
        };
        joins.into_iter().map(outcome).collect()
    }

    pub(super) fn put_in_line(&mut self, ticket: &JoinedTicket) {
        self.put(ticket, ModelState::Waiting);
    }

    /// Makes a ticket the live one of its account.
    pub(super) fn put(&mut self, ticket: &JoinedTicket, state: ModelState) {
        let live = ModelTicket { key: ticket.key(), joined: Some(*ticket), state };
        self.tickets.insert(ticket.ticket_id, live);
        self.own.insert(ticket.shopper_id, ticket.ticket_id);
    }
}

const fn refused_by_mode(config: &RoomConfig) -> Option<JoinOutcome> {
    match config.mode {
        DropMode::Running | DropMode::Paused => None,
        DropMode::Hold => Some(JoinOutcome::Held),
        DropMode::Drain => Some(JoinOutcome::Draining),
        DropMode::Maintenance => Some(JoinOutcome::Maintenance { until_us: config.mode_until_us }),
        DropMode::Stopped => Some(JoinOutcome::Stopped),
    }
}
