//! The waiting line: what each script of `queue` does, stated a second time in another way.
//!
//! The scripts keep lines, counts, units in flight and sets of their own, because that is fast. The
//! model keeps one map of live tickets with the state of each, and how the numbers of the others
//! ended, and derives the rest: so the two can only agree if the scripts keep everything in step.
//!
//! | module | holds |
//! |---|---|
//! | `command` | what a line can be asked, and what it answers |
//! | `joining`, `tickets` | the ways in, back and out; leases |
//! | `admit`, `choice`, `turns` | who is let in, and which lane has its turn |
//! | `presence` | who is there near the front |
//! | `settling` | what Postgres decided |
//! | `limits` | limits, mode, and the end of a line |
//! | `places` | who stands where; how lanes share |
//! | `state` | a room's generation; a live ticket, and how one ended |
//! | `rebuild` | how a lost line comes back |

mod admit;
mod choice;
mod command;
mod front;
mod joining;
mod limits;
mod places;
mod presence;
mod rebuild;
mod settling;
mod state;
mod tickets;
mod turns;

pub use command::{LineCommand, LineReply};
pub use front::{FrontBound, ModelFront};
pub use state::{ModelEnd, ModelRoom, ModelState, ModelTicket};
pub use turns::LaneTurns;

use shared::{
    drops::CloseReason,
    ids::{ShopperId, TicketId, VariantId},
    line::{
        Epoch, EpochProblem, EventPoint, JoinedTicket, Lane, LineState, RoomConfig, RoomEvent,
        Score, StockFigure, TicketKey,
    },
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
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
    /// The live tickets.
    pub tickets: BTreeMap<TicketId, ModelTicket>,
    /// The live ticket of each account.
    pub own: BTreeMap<ShopperId, TicketId>,
    /// How the numbers of those who are over ended.
    pub over: BTreeMap<Score, ModelEnd>,
    /// Why tickets were closed.
    pub why: BTreeMap<TicketId, CloseReason>,
    /// The newest stock figure of each variant.
    pub stock: BTreeMap<VariantId, StockFigure>,
    /// When the bucket of the admission rate will be full again, in microseconds.
    pub tat: Option<f64>,
    /// The lanes beside the normal one that have lines.
    pub lanes: BTreeSet<Lane>,
    /// Whose turn it is, in a room that has such lanes.
    pub turns: LaneTurns,
    /// Who is there near the front.
    pub front: ModelFront,
    /// Recent admissions, the newest first.
    pub memo: VecDeque<(Uuid, LineReply)>,
    /// All events, in order.
    pub events: Vec<(EventPoint, RoomEvent)>,
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
            LineCommand::Leave(ticket) => self.leave(*ticket),
            LineCommand::Attach(tickets) => self.attach(now_us, tickets),
            LineCommand::Here(marks) => self.here(now_us, marks),
            LineCommand::Admit { limit, lease_us, request, extra } => {
                self.admit(now_us, *limit, *lease_us, *request, *extra)
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
            LineCommand::CloseWaiting { reason, limit, up_to } => {
                self.close_waiting(*reason, *limit, up_to.unwrap_or(u64::MAX))
            }
            LineCommand::Begin => self.begin(epoch),
            LineCommand::Load { .. } | LineCommand::RestoreStock(_) | LineCommand::Open { .. } => {
                self.rebuild_step(now_us, command)
            }
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

    /// Whether units are what is waited for.
    #[must_use]
    pub fn has_stock(&self) -> bool {
        self.config().has_stock
    }

    /// Whether it lets in by number, and has no rate.
    #[must_use]
    pub fn is_manual(&self) -> bool {
        self.config().manual.is_some()
    }

    /// Whether it is not this one's turn, whatever is free.
    fn is_unserved(&self, ticket: &JoinedTicket) -> bool {
        self.config().manual.is_some_and(|served| !served.includes(ticket.score))
    }

    fn config(&self) -> &RoomConfig {
        self.config.as_ref().expect("an open room has its limits")
    }

    fn tell(&mut self, event: RoomEvent) {
        let room = self.room.as_mut().expect("only a room has events");
        room.evn += 1;
        self.events.push((EventPoint { epoch: room.epoch, evn: room.evn }, event));
    }

    /// Ends a ticket, wherever it is.
    fn finish(&mut self, ticket: TicketKey, end: ModelEnd) {
        self.tickets.remove(&ticket.ticket_id);
        // The account may have another ticket by now.
        if self.own.get(&ticket.shopper_id) == Some(&ticket.ticket_id) {
            self.own.remove(&ticket.shopper_id);
        }
        self.over.insert(ticket.score, end);
    }

    fn close(&mut self, ticket: TicketKey, reason: CloseReason) {
        self.finish(ticket, ModelEnd::Closed);
        self.why.insert(ticket.ticket_id, reason);
    }

    /// Returns where a ticket is.
    #[must_use]
    pub fn state_of(&self, ticket: TicketKey) -> LineState {
        match self.over.get(&ticket.score) {
            Some(ModelEnd::Left) => LineState::Left,
            Some(ModelEnd::Ordered) => LineState::Finished,
            Some(ModelEnd::Closed) => {
                let reason = self.why.get(&ticket.ticket_id).copied();
                LineState::Closed(reason.or(self.ended).unwrap_or(CloseReason::Closed))
            }
            None => match self.tickets.get(&ticket.ticket_id).map(|ticket| ticket.state) {
                Some(ModelState::Missed) => LineState::Missed,
                live => live.map_or(LineState::Unknown, |state| state.live().into()),
            },
        }
    }
}
