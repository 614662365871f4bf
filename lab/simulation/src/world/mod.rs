//! A seeded crowd around a line: browsers that keep their tickets, a log that follows, a drain
//! that produces, Postgres with its rows and stock, and faults of Redis with their rebuilds.
//!
//! It decides what happens next and learns from the answers. Whether the model alone carries out
//! the steps, or Redis beside it, makes no difference to it. What a worker decides by itself is
//! decided by the worker's own functions: which epoch is built and with what it begins, which
//! commands count, what becomes of a lease that ran out.
//!
//! | module | holds |
//! |---|---|
//! | [`crowd`] | how large a world is |
//! | `setup` | how it begins |
//! | `people` | joins, leaves, returns; who is there |
//! | `steps` | the drain, the processor, the reconciler |
//! | `operators` | changed limits, the end of the line |
//! | `records` | commands and rows |
//! | `rebuild` | how a lost line is brought back |

pub mod crowd;
mod operators;
mod people;
mod rebuild;
mod records;
mod setup;
mod steps;

pub use crowd::Crowd;

use crate::line::{LineCommand, LineModel, LineReply};
use rand::{Rng, rngs::StdRng};
use records::{Produced, Row};
use shared::{
    decide::boundaries::{Boundaries, Boundary},
    drops::CloseReason,
    ids::{ShopperId, TicketId, VariantId},
    line::{
        AdmittedTicket, Epoch, EventPoint, JoinedTicket, RoomConfig, RoomEvent, StockFigure,
        TicketKey,
    },
};
use std::collections::{BTreeMap, VecDeque};
use uuid::Uuid;

/// Generation of the only log of order commands that there is.
const GENERATION: i64 = 1;

/// What happens next.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "nearly every step is a command")]
pub enum Step {
    /// Somebody asks the line, believing this to be its epoch.
    Command(Epoch, LineCommand),
    /// The append-only file is synced: a later loss goes back no further than this.
    Synced,
    /// Redis fails.
    Fault(RedisFault),
}

/// How Redis fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedisFault {
    /// It restarts with everything, which nobody can know.
    Restarts,
    /// It restarts as it was at the last sync.
    LosesItsTail,
    /// It is empty.
    Wiped,
}

/// The world around a line.
#[derive(Clone, Debug)]
pub struct SeededWorld {
    rng: StdRng,
    crowd: Crowd,
    /// The last time that was heard from the line.
    now_us: i64,
    /// The epoch in the drop's row.
    pub epoch: Epoch,
    /// Limits in the drop's row.
    pub config: RoomConfig,
    ended: Option<CloseReason>,
    shoppers: Vec<ShopperId>,
    /// Tickets that browsers keep.
    browsers: BTreeMap<TicketId, JoinedTicket>,
    /// How often the log catches up; the rarer, the more is lost with Redis.
    diligence: f64,
    /// `queue-events`.
    log: Vec<(EventPoint, RoomEvent)>,
    /// Admitted tickets that a drain holds, with the epoch of their admission.
    in_hand: Vec<(AdmittedTicket, Epoch)>,
    /// `order-commands`.
    commands: Vec<Produced>,
    /// The epoch in which the next command believes, if not the newest.
    speaks_for: Option<Epoch>,
    /// How many commands were processed.
    processed: usize,
    /// End of `order-commands` at each rebuild: what an older epoch put behind it is void.
    boundaries: Boundaries,
    rows: BTreeMap<TicketId, Row>,
    stock: BTreeMap<VariantId, StockFigure>,
    requests: Vec<Uuid>,
    /// First steps still to come, which nothing disturbs.
    opening: VecDeque<LineCommand>,
    /// Steps of a rebuild still to come.
    rebuild: VecDeque<LineCommand>,
    /// The last step of a rebuild.
    last_rebuilt: Option<LineCommand>,
    /// Whether Redis failed and no rebuild has begun.
    broken: bool,
}

impl SeededWorld {
    /// Decides what happens next.
    pub fn next(&mut self, line: &LineModel) -> Step {
        if let Some(command) = self.opening.pop_front() {
            return Step::Command(self.epoch, command);
        }
        if self.rng.random_bool(0.03) {
            return self.fault();
        }
        if self.broken && (line.room.is_none() || self.rng.random_bool(0.6)) {
            self.plan_rebuild(line);
        }
        // Those who come in the midst of a rebuild are refused.
        if !self.rebuild.is_empty() && self.rng.random_bool(0.7) {
            let step = self.rebuild.pop_front().expect("it is not empty");
            self.last_rebuilt = Some(step.clone());
            return Step::Command(self.epoch, step);
        }
        if self.rng.random_bool(self.diligence) && !self.broken && self.rebuild.is_empty() {
            self.read_log(line);
        }
        if self.rng.random_bool(0.05) {
            return Step::Synced;
        }
        // A step whose answer was lost is sent again, and arrives when the room is open.
        if self.rebuild.is_empty()
            && self.rng.random_bool(0.01)
            && let Some(step) = self.last_rebuilt.take()
        {
            return Step::Command(self.epoch, step);
        }
        let command = self.choose(line);
        if let Some(epoch) = self.speaks_for.take() {
            return Step::Command(epoch, command);
        }
        let epoch = if self.rng.random_bool(0.03) { Epoch(self.epoch.0 + 1) } else { self.epoch };
        // A drain that has not heard of the new epoch still works for the old one.
        let epoch =
            if self.rng.random_bool(0.03) { Epoch(epoch.0.saturating_sub(1)) } else { epoch };
        Step::Command(epoch, command)
    }

    fn fault(&mut self) -> Step {
        self.broken = true;
        self.rebuild.clear();
        self.last_rebuilt = None;
        Step::Fault(match self.rng.random_range(0..3) {
            0 => RedisFault::Restarts,
            1 => RedisFault::LosesItsTail,
            _ => RedisFault::Wiped,
        })
    }

    /// Learns from an answer, and when it was given; 0 for one that tells no time.
    pub fn observe(&mut self, epoch: Epoch, now_us: i64, command: &LineCommand, reply: &LineReply) {
        self.now_us = self.now_us.max(now_us);
        match (command, reply) {
            (LineCommand::Join(_), LineReply::Joined(joins)) => self.keep_tickets(&joins.outcomes),
            (LineCommand::Admit { request, .. }, LineReply::Admitted(admission))
                if !self.requests.contains(request) =>
            {
                self.requests.push(*request);
                self.in_hand.extend(admission.tickets.iter().map(|ticket| (*ticket, epoch)));
            }
            (LineCommand::Configure(config), LineReply::Configured(change)) if change.applied => {
                self.config = config.clone();
            }
            (LineCommand::End(_), LineReply::Ended(reason)) => self.ended = Some(*reason),
            _ => {}
        }
    }

    /// Returns the tickets that anybody keeps, wherever they are now.
    pub fn kept_tickets(&self) -> impl Iterator<Item = TicketKey> {
        self.browsers.values().map(JoinedTicket::key)
    }

    /// Whether a command came too late: a newer line was built without it.
    fn is_void(&self, offset: usize) -> bool {
        self.boundaries.leave_out(self.commands[offset].epoch, boundary(offset))
    }

    fn read_log(&mut self, line: &LineModel) {
        let last = self.log.last().map_or(EventPoint::default(), |(point, _)| *point);
        self.log.extend(line.events.iter().filter(|(point, _)| *point > last).cloned());
    }
}

const fn boundary(offset: usize) -> Boundary {
    Boundary { generation: GENERATION, offset: offset as i64 }
}

fn id(rng: &mut StdRng) -> Uuid {
    Uuid::from_u128(rng.random())
}
