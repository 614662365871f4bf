//! What worlds have come to. Redis and the model agree about nothing that no world has seen.

use queue::MAX_JOIN_BATCH;
use shared::{
    drops::CloseReason,
    line::{AdmitBlock, AttachOutcome, EpochProblem, JoinOutcome},
};
use simulation::{
    line::{LineCommand, LineModel, LineReply},
    shares::LaneLog,
};
use std::collections::BTreeSet;

/// So many make a long line.
const LONG: usize = 1_000;

/// Something that not every world comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sight {
    /// One call with as many joins as there may be.
    FullBatch,
    /// A join before the line opened.
    TooEarly,
    /// A join after the time at which the line closed by itself.
    TooLate,
    /// A join in the midst of a rebuild.
    WhileRebuilding,
    /// A lease that ran out, and was prolonged.
    LeaseRanOut,
    /// One call that let in people who want different variants.
    TwoVariants,
    /// One call that let somebody in without stock.
    WithoutStock,
    /// Somebody was let in for fewer units than a ticket takes, since they were the last.
    FewerUnits,
    /// Two lanes that both had people who fit, so that their shares decided.
    TwoLanes,
    /// Somebody at a front was absent, and passed over.
    Missed,
    /// Somebody came back to the place that they were missed at.
    Returned,
    /// One call that let somebody in by number, and nobody behind.
    ByNumber,
    /// A long line.
    LongLine,
}

/// All that some worlds have come to.
#[derive(Clone, Debug, Default)]
pub(super) struct Reached(BTreeSet<Sight>);

impl Reached {
    /// Notes what an answer shows. `before` is the line that was asked.
    pub(super) fn note(&mut self, before: &LineModel, command: &LineCommand, reply: &LineReply) {
        match (command, reply) {
            (LineCommand::Join(_), LineReply::Refused(EpochProblem::Rebuilding)) => {
                self.0.insert(Sight::WhileRebuilding);
            }
            (LineCommand::Join(requests), LineReply::Joined(joins)) => {
                if requests.len() == MAX_JOIN_BATCH {
                    self.0.insert(Sight::FullBatch);
                }
                joins.outcomes.iter().for_each(|outcome| self.note_join(before, outcome));
            }
            (LineCommand::Reextend { .. }, LineReply::Extended(1..)) => {
                self.0.insert(Sight::LeaseRanOut);
            }
            (_, LineReply::Attached(attached))
                if attached.outcomes.contains(&AttachOutcome::Returned) =>
            {
                self.0.insert(Sight::Returned);
            }
            (_, LineReply::Admitted(admission)) => {
                let wanted = admission.tickets.iter().map(|one| one.ticket.intent.variant_id);
                if wanted.collect::<BTreeSet<_>>().len() > 1 {
                    self.0.insert(Sight::TwoVariants);
                }
                if !admission.tickets.is_empty() && !before.has_stock() {
                    self.0.insert(Sight::WithoutStock);
                }
                if admission.tickets.iter().any(|one| before.gets_fewer(&one.ticket)) {
                    self.0.insert(Sight::FewerUnits);
                }
                let is_held = admission.blocked_by == Some(AdmitBlock::Rate);
                if !admission.tickets.is_empty() && is_held && before.is_manual() {
                    self.0.insert(Sight::ByNumber);
                }
            }
            _ => {}
        }
    }

    fn note_join(&mut self, before: &LineModel, outcome: &JoinOutcome) {
        match outcome {
            JoinOutcome::NotOpenYet { .. } => {
                self.0.insert(Sight::TooEarly);
            }
            JoinOutcome::Ended(CloseReason::Closed) if before.ended.is_none() => {
                self.0.insert(Sight::TooLate);
            }
            _ => {}
        }
    }

    /// Notes how often lanes were compared.
    pub(super) fn note_lanes(&mut self, lanes: &LaneLog) {
        if lanes.n_compared() > 0 {
            self.0.insert(Sight::TwoLanes);
        }
    }

    /// Notes who stands in a line, or keeps a place there.
    pub(super) fn note_line(&mut self, line: &LineModel) {
        if !line.missed().is_empty() {
            self.0.insert(Sight::Missed);
        }
        if line.waiting().len() >= LONG {
            self.0.insert(Sight::LongLine);
        }
    }

    /// Adds what other worlds have come to.
    pub(super) fn add(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// Returns those of these that no world has come to.
    pub(super) fn lacks(&self, sights: &[Sight]) -> Vec<Sight> {
        sights.iter().copied().filter(|sight| !self.0.contains(sight)).collect()
    }
}
