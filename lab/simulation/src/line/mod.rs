//! The waiting line: what each script of `queue` does, stated a second time in another way.
//!
//! The scripts keep counts, units in flight and sets of their own, because that is fast. The model
//! keeps one map of tickets with the state of each and derives the rest, so the two can only agree
//! if the scripts keep everything in step.

mod admit;
mod command;
mod rebuild;
mod tickets;

pub use command::{LineCommand, LineReply};

use crate::rate::RateRule;
use shared::{
    drops::CloseReason,
    ids::{ShopperId, TicketId, VariantId},
    line::{
        CloseProgress, ConfigChange, Epoch, EpochProblem, EventPoint, JoinedTicket, LineEnd,
        LogPosition, RoomConfig, RoomEvent, Score, StockFigure,
    },
};
use std::collections::{BTreeMap, VecDeque};
use uuid::Uuid;

/// Answers of ADMIT that are remembered, at most.
const REMEMBERED: usize = 16;

/// A room's state.
#[derive(Clone, Debug, Default)]
pub struct LineModel {
    /// The room itself; `None` for a wiped store.
    pub room: Option<ModelRoom>,
    /// Limits and mode.
    pub config: Option<RoomConfig>,
    /// Why the line ended.
    pub ended: Option<CloseReason>,
    /// Last queue number given out in the epoch.
    pub seq: u64,
    /// All tickets that the room knows of.
    pub tickets: BTreeMap<TicketId, ModelTicket>,
    /// The live ticket of each account.
    pub own: BTreeMap<ShopperId, TicketId>,
    /// The newest stock figure of each variant.
    pub stock: BTreeMap<VariantId, StockFigure>,
    /// When the bucket of the admission rate will be full again, in microseconds.
    pub tat: Option<f64>,
    /// Recent admissions, the newest first.
    pub memo: VecDeque<(Uuid, LineReply)>,
    /// All events, in order.
    pub events: Vec<(EventPoint, RoomEvent)>,
}

/// A room's generation and state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelRoom {
    /// Generation of the room's state.
    pub epoch: Epoch,
    /// Whether it was built on this run of the server.
    pub trusted: bool,
    /// Whether it is open, rather than being rebuilt.
    pub open: bool,
    /// Number of its last event.
    pub evn: u64,
    /// Until when only earlier tickets may come back; 0 for no grace.
    pub grace_until_us: i64,
}

/// A ticket that the room knows of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ModelTicket {
    /// Its rank in the line.
    pub score: Score,
    /// The ticket as it joined, where the room knows it.
    pub joined: Option<JoinedTicket>,
    /// Where it is, or how it ended.
    pub state: ModelState,
}

/// Where a ticket is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ModelState {
    /// In line.
    Waiting,
    /// Let in; Postgres has no row yet.
    InFlight {
        /// When its lease runs out.
        deadline_us: i64,
        /// Where its command is, once Kafka has it.
        position: Option<LogPosition>,
        /// When it was let in.
        admitted_at_us: i64,
    },
    /// Its order is in progress.
    Held,
    /// It is over.
    Over(LineEnd),
}

impl LineModel {
    /// Does what a command asks, or refuses it.
    pub fn step(&mut self, epoch: Epoch, now_us: i64, command: &LineCommand) -> LineReply {
        if let LineCommand::Begin = command {
            return self.begin(epoch);
        }
        if let Some(problem) = self.problem(epoch, command.is_of_rebuild()) {
            return LineReply::Refused(problem);
        }
        match command {
            LineCommand::Join(requests) => self.join(now_us, requests),
            LineCommand::Leave { ticket_id, score } => self.leave(*ticket_id, *score),
            LineCommand::Attach(tickets) => self.attach(now_us, tickets),
            LineCommand::Admit { limit, lease_us, request } => {
                self.admit(now_us, *limit, *lease_us, *request)
            }
            LineCommand::Extend { extensions, lease_us } => {
                let extended = extensions.iter().map(|one| (one.ticket_id, Some(one.position)));
                self.extend(now_us + lease_us, extended)
            }
            LineCommand::Reextend { tickets, lease_us } => {
                self.extend(now_us + lease_us, tickets.iter().map(|id| (*id, None)))
            }
            LineCommand::Settle { stock, settlements } => self.settle(stock, settlements),
            LineCommand::Configure(config) => self.configure(now_us, config),
            LineCommand::End(reason) => self.end(*reason),
            LineCommand::CloseWaiting { reason, limit } => self.close_waiting(*reason, *limit),
            LineCommand::Begin => self.begin(epoch),
            LineCommand::Clear
            | LineCommand::RestoreWaiting(_)
            | LineCommand::RestoreFinished(_)
            | LineCommand::RestoreOccupied(_)
            | LineCommand::RestoreInFlight { .. }
            | LineCommand::RestoreStock(_)
            | LineCommand::Open { .. } => self.rebuild_step(now_us, command),
        }
    }

    fn problem(&self, epoch: Epoch, of_rebuild: bool) -> Option<EpochProblem> {
        let Some(room) = self.room else { return Some(EpochProblem::Missing) };
        if room.epoch != epoch {
            Some(EpochProblem::Stale)
        } else if !room.trusted {
            Some(EpochProblem::OtherServer)
        } else if room.open == of_rebuild {
            Some(if room.open { EpochProblem::Open } else { EpochProblem::Rebuilding })
        } else {
            None
        }
    }

    fn room(&self) -> ModelRoom {
        self.room.expect("every command but BEGIN is refused without a room")
    }

    fn config(&self) -> &RoomConfig {
        self.config.as_ref().expect("an open room has its limits")
    }

    fn tell(&mut self, event: RoomEvent) {
        let room = self.room.as_mut().expect("only a room has events");
        room.evn += 1;
        self.events.push((EventPoint { epoch: room.epoch, evn: room.evn }, event));
    }

    /// Returns those who wait, in order.
    #[must_use]
    pub fn waiting(&self) -> Vec<JoinedTicket> {
        let waits = |ticket: &&ModelTicket| ticket.state == ModelState::Waiting;
        let mut waiting: Vec<_> =
            self.tickets.values().filter(waits).filter_map(|ticket| ticket.joined).collect();
        waiting.sort_by_key(|ticket| ticket.score);
        waiting
    }

    /// Counts the admitted and unfinished tickets.
    #[must_use]
    pub fn occupied(&self) -> usize {
        let occupies = |ticket: &&ModelTicket| {
            matches!(ticket.state, ModelState::InFlight { .. } | ModelState::Held)
        };
        self.tickets.values().filter(occupies).count()
    }

    /// Returns the units of a variant that are in flight.
    #[must_use]
    pub fn in_flight(&self, variant_id: VariantId) -> i64 {
        let flies = |ticket: &&ModelTicket| matches!(ticket.state, ModelState::InFlight { .. });
        let intents =
            self.tickets.values().filter(flies).filter_map(|ticket| Some(ticket.joined?.intent));
        intents
            .filter(|intent| intent.variant_id == variant_id)
            .map(|one| i64::from(one.units))
            .sum()
    }

    /// Returns the units of a variant that the next ticket may take.
    #[must_use]
    pub fn free(&self, variant_id: VariantId) -> i64 {
        let available = self.stock.get(&variant_id).map_or(0, |stock| i64::from(stock.available));
        available - self.in_flight(variant_id)
    }

    fn configure(&mut self, now_us: i64, config: &RoomConfig) -> LineReply {
        let old = self.config().clone();
        if old.version > config.version {
            return self.configured(now_us, false, false);
        }
        let from = RateRule::per_second(old.admission_rate_per_second);
        let to = RateRule::per_second(config.admission_rate_per_second);
        if let Some(tat_us) = self.tat
            && from != to
        {
            self.tat = Some(to.carry_over(from, tat_us, now_us as f64));
        }
        self.config = Some(config.clone());
        let changed = old.told() != config.told();
        if changed {
            self.tell(RoomEvent::Configured(config.told()));
        }
        self.configured(now_us, true, changed)
    }

    fn configured(&self, at_us: i64, applied: bool, changed: bool) -> LineReply {
        LineReply::Configured(ConfigChange { at_us, evn: self.room().evn, applied, changed })
    }

    fn end(&mut self, reason: CloseReason) -> LineReply {
        if self.ended.is_none() {
            self.ended = Some(reason);
            self.tell(RoomEvent::Ended { reason });
        }
        LineReply::Ended(self.ended.unwrap_or(reason))
    }

    fn close_waiting(&mut self, reason: CloseReason, limit: usize) -> LineReply {
        let waiting = self.waiting();
        let gone: Vec<_> = waiting.iter().take(limit).map(JoinedTicket::ticket_score).collect();
        for ticket in &gone {
            self.finish(ticket.ticket_id, ticket.score, LineEnd::Closed(reason));
        }
        let (closed, remaining) = (gone.len() as u64, (waiting.len() - gone.len()) as u64);
        if closed > 0 {
            self.tell(RoomEvent::Closed { reason, tickets: gone });
        }
        LineReply::Closed(CloseProgress { evn: self.room().evn, closed, remaining })
    }

    /// Ends a ticket, wherever it is.
    fn finish(&mut self, ticket_id: TicketId, score: Score, end: LineEnd) {
        let over = ModelTicket { score, joined: None, state: ModelState::Over(end) };
        let before = self.tickets.insert(ticket_id, over);
        if let Some(joined) = before.and_then(|ticket| ticket.joined)
            && self.own.get(&joined.shopper_id) == Some(&ticket_id)
        {
            self.own.remove(&joined.shopper_id);
        }
    }
}
