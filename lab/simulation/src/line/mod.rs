//! The waiting line: what each of `queue`'s scripts does, said once more and in another way.
//!
//! The scripts keep counts, units in flight and sets of their own, because that is fast. The
//! model keeps one map of tickets with the state of each and works the rest out, so the two can
//! only agree if the scripts keep everything in step.

mod admit;
mod command;
mod rebuild;
mod tickets;

pub use command::{
    Attach, Block, Command, Config, End, Join, Place, Position, Problem, Reply, Request, Stock,
};

use shared::{
    drops::CloseReason,
    gcra::Gcra,
    ids::{ShopperId, TicketId, VariantId},
    messages::{Configured, EventPoint, JoinedTicket, RoomEvent, TicketScore},
    tickets::{Epoch, Score},
};
use std::collections::{BTreeMap, VecDeque};
use uuid::Uuid;

/// Answers of ADMIT that are remembered.
const REMEMBERED: usize = 16;

/// A room's state.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// The room itself; `None` for a wiped store.
    pub room: Option<Room>,
    /// Limits and mode.
    pub config: Option<Config>,
    /// Why the line ended.
    pub ended: Option<CloseReason>,
    /// Last number of the epoch.
    pub seq: u64,
    /// All tickets that the room knows of.
    pub tickets: BTreeMap<TicketId, Ticket>,
    /// The live ticket of each account.
    pub own: BTreeMap<ShopperId, TicketId>,
    /// Stock as it was last told.
    pub stock: BTreeMap<VariantId, Stock>,
    /// Theoretical arrival time of the admission rate.
    pub tat: Option<f64>,
    /// Recent admissions, the newest first.
    pub memo: VecDeque<(Uuid, Reply)>,
    /// All events, in order.
    pub events: Vec<(EventPoint, RoomEvent)>,
}

/// A room's generation and state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Its generation.
    pub epoch: Epoch,
    /// Whether the server is the one it was built on.
    pub trusted: bool,
    /// Whether it is open, rather than being rebuilt.
    pub open: bool,
    /// Number of its last event.
    pub evn: u64,
    /// Until when only old tickets may come back.
    pub grace_until_us: i64,
}

/// A ticket that the room knows of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ticket {
    /// Its place in the order.
    pub score: Score,
    /// What its join told, where the room knows that.
    pub joined: Option<JoinedTicket>,
    /// Where it is.
    pub state: State,
}

/// Where a ticket is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum State {
    /// In line.
    Waiting,
    /// Let in; Postgres has no row yet.
    InFlight {
        /// Until when.
        deadline_us: i64,
        /// Where its command stands.
        position: Option<Position>,
        /// When it was let in.
        admitted_at_us: i64,
    },
    /// Its order goes on.
    Occupied,
    /// It is over.
    Over(End),
}

impl Line {
    /// Does what a command asks, or refuses it.
    pub fn step(&mut self, epoch: Epoch, now_us: i64, command: &Command) -> Reply {
        if let Command::Begin = command {
            return self.begin(epoch);
        }
        if let Some(problem) = self.problem(epoch, command.is_of_rebuild()) {
            return Reply::Refused(problem);
        }
        match command {
            Command::Join(requests) => self.join(now_us, requests),
            Command::Leave { ticket_id, score } => self.leave(*ticket_id, *score),
            Command::Attach(tickets) => self.attach(tickets),
            Command::Admit { limit, lease_us, request } => {
                self.admit(now_us, *limit, *lease_us, *request)
            }
            Command::Extend { tickets, lease_us } => self.extend(now_us + lease_us, tickets),
            Command::Settle { stock, tickets } => self.settle(stock, tickets),
            Command::Configure(config) => self.configure(now_us, config),
            Command::End(reason) => self.end(*reason),
            Command::CloseWaiting { reason, limit } => self.close_waiting(*reason, *limit),
            Command::Begin => self.begin(epoch),
            Command::Clear
            | Command::RestoreWaiting(_)
            | Command::RestoreFinished(_)
            | Command::RestoreAdmitted { .. }
            | Command::RestoreStock(_)
            | Command::Open { .. } => self.rebuild_step(now_us, command),
        }
    }

    fn problem(&self, epoch: Epoch, of_rebuild: bool) -> Option<Problem> {
        let Some(room) = self.room else { return Some(Problem::Missing) };
        if room.epoch != epoch {
            Some(Problem::Stale)
        } else if !room.trusted {
            Some(Problem::OtherServer)
        } else if room.open == of_rebuild {
            Some(if room.open { Problem::Open } else { Problem::Rebuilding })
        } else {
            None
        }
    }

    fn room(&self) -> Room {
        self.room.expect("every command but BEGIN is refused without a room")
    }

    fn config(&self) -> &Config {
        self.config.as_ref().expect("an open room has its limits")
    }

    fn tell(&mut self, event: RoomEvent) {
        let room = self.room.as_mut().expect("only a room has events");
        room.evn += 1;
        self.events.push((EventPoint { epoch: room.epoch, evn: room.evn }, event));
    }

    /// Those who wait, in order.
    #[must_use]
    pub fn waiting(&self) -> Vec<JoinedTicket> {
        let waits = |ticket: &&Ticket| ticket.state == State::Waiting;
        let mut waiting: Vec<_> =
            self.tickets.values().filter(waits).filter_map(|ticket| ticket.joined).collect();
        waiting.sort_by_key(|ticket| ticket.score);
        waiting
    }

    /// Admitted and unfinished tickets.
    #[must_use]
    pub fn occupied(&self) -> usize {
        let occupies =
            |ticket: &&Ticket| matches!(ticket.state, State::InFlight { .. } | State::Occupied);
        self.tickets.values().filter(occupies).count()
    }

    /// Units of a variant that are in flight.
    #[must_use]
    pub fn in_flight(&self, variant_id: VariantId) -> i64 {
        let flies = |ticket: &&Ticket| matches!(ticket.state, State::InFlight { .. });
        let intents =
            self.tickets.values().filter(flies).filter_map(|ticket| Some(ticket.joined?.intent));
        intents
            .filter(|intent| intent.variant_id == variant_id)
            .map(|one| i64::from(one.units))
            .sum()
    }

    /// Units of a variant that the next ticket may take.
    #[must_use]
    pub fn free(&self, variant_id: VariantId) -> i64 {
        let available = self.stock.get(&variant_id).map_or(0, |stock| i64::from(stock.available));
        available - self.in_flight(variant_id)
    }

    fn configure(&mut self, now_us: i64, config: &Config) -> Reply {
        let old = self.config().clone();
        if old.version > config.version {
            return Reply::Configured { applied: false, changed: false, evn: self.room().evn };
        }
        if let (Some(tat), Some(from), Some(to)) = (
            self.tat,
            Gcra::per_second(old.admission_rate_per_second),
            Gcra::per_second(config.admission_rate_per_second),
        ) && from != to
        {
            self.tat = Some(to.rescale(&from, tat, now_us as f64));
        }
        self.config = Some(config.clone());
        let changed = old.told() != config.told();
        if changed {
            self.tell(RoomEvent::Configured(config.told()));
        }
        Reply::Configured { applied: true, changed, evn: self.room().evn }
    }

    fn end(&mut self, reason: CloseReason) -> Reply {
        if self.ended.is_none() {
            self.ended = Some(reason);
            self.tell(RoomEvent::Ended { reason });
        }
        Reply::Ended(self.ended.unwrap_or(reason))
    }

    fn close_waiting(&mut self, reason: CloseReason, limit: usize) -> Reply {
        let waiting = self.waiting();
        let gone: Vec<_> = waiting.iter().take(limit).map(score_of).collect();
        for ticket in &gone {
            self.finish(ticket.ticket_id, ticket.score, End::Closed(reason));
        }
        let (closed, remaining) = (gone.len(), waiting.len() - gone.len());
        if closed > 0 {
            self.tell(RoomEvent::Closed { reason, tickets: gone });
        }
        Reply::Closed { closed, remaining }
    }

    /// Ends a ticket, wherever it is.
    fn finish(&mut self, ticket_id: TicketId, score: Score, end: End) {
        let over = Ticket { score, joined: None, state: State::Over(end) };
        let before = self.tickets.insert(ticket_id, over);
        if let Some(joined) = before.and_then(|ticket| ticket.joined)
            && self.own.get(&joined.shopper_id) == Some(&ticket_id)
        {
            self.own.remove(&joined.shopper_id);
        }
    }
}

impl Config {
    /// What shoppers and replicas are told of.
    #[must_use]
    pub fn told(&self) -> Configured {
        Configured {
            mode: self.mode,
            admission_rate_micro: (self.admission_rate_per_second * 1e6).round() as u64,
            occupancy_cap: self.occupancy_cap,
            message: self.message.clone(),
        }
    }
}

fn score_of(ticket: &JoinedTicket) -> TicketScore {
    TicketScore { ticket_id: ticket.ticket_id, lane: ticket.lane, score: ticket.score }
}
