//! A seeded crowd around a line: browsers that keep their tickets, a log that follows, a drain
//! that produces, Postgres with its rows and stock, and faults of Redis with their rebuilds.
//!
//! It decides what happens next and learns from the answers. Whether the model alone carries out
//! the steps, or Redis beside it, makes no difference to it.

mod rebuild;
mod setup;
mod steps;

use crate::line::{LineCommand, LineModel, LineReply};
use rand::{Rng, rngs::StdRng};
use shared::{
    drops::CloseReason,
    ids::{ShopperId, TicketId, VariantId},
    lifecycle::TicketState,
    line::{
        AdmittedTicket, Epoch, EventPoint, InFlightTicket, JoinedTicket, RoomConfig, RoomEvent,
        SettleOutcome, Settlement, StockFigure,
    },
};
use std::collections::{BTreeMap, VecDeque};
use uuid::Uuid;

/// What happens next.
#[derive(Clone, Debug, PartialEq)]
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
    boundaries: Vec<(Epoch, usize)>,
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

#[derive(Clone, Copy, Debug)]
struct Produced {
    command: InFlightTicket,
    epoch: Epoch,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    ticket: JoinedTicket,
    goes_on: bool,
}

impl Row {
    const fn settlement(&self) -> Settlement {
        let JoinedTicket { ticket_id, score, .. } = self.ticket;
        // The line only hears whether units are held; which end it was is a label to it.
        let outcome = if self.goes_on {
            SettleOutcome::Held
        } else {
            SettleOutcome::Ended(TicketState::Confirmed)
        };
        Settlement { ticket_id, score, outcome }
    }
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
        if !self.rebuild.is_empty() && self.rng.random_bool(0.9) {
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

    /// Learns from an answer.
    pub fn observe(&mut self, epoch: Epoch, command: &LineCommand, reply: &LineReply) {
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

    /// Whether a command came too late: a newer line was built without it.
    fn is_void(&self, offset: usize) -> bool {
        let epoch = self.commands[offset].epoch;
        self.boundaries.iter().any(|(newer, boundary)| epoch < *newer && offset >= *boundary)
    }

    fn read_log(&mut self, line: &LineModel) {
        let last = self.log.last().map_or(EventPoint::default(), |(point, _)| *point);
        self.log.extend(line.events.iter().filter(|(point, _)| *point > last).cloned());
    }
}

fn id(rng: &mut StdRng) -> Uuid {
    Uuid::from_u128(rng.random())
}
