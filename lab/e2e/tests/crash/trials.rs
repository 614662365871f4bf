//! What each mutant's run is, and the finding that catches it.

use crate::{MUTANT, is_asked_for, meanwhile::Meanwhile};
use ::mutants::{Mutant, Term};
use shared::invariants::Invariant;

/// A mutant's run, and what the check must find in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trial {
    pub(crate) mutant: Mutant,
    pub(crate) meanwhile: Meanwhile,
    /// The promise that this mutant breaks.
    pub(crate) invariant: Invariant,
    /// What the evidence against it says of this defect, in one line of it.
    pub(crate) finding: &'static str,
}

/// What a mutant's run has in common with its control. Each is controlled once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) terms: &'static [Term],
    pub(crate) meanwhile: Meanwhile,
}

const TRIALS: [Trial; Mutant::ALL.len()] = [
    trial(
        Mutant::PopThenProduce,
        Meanwhile::KillOfRest("drain.after_admit"),
        Invariant::Order2,
        "was admitted but came to no end",
    ),
    trial(
        Mutant::AutoCommit,
        Meanwhile::KillOfOrders("orders.after_poll"),
        Invariant::Order3,
        "is lost",
    ),
    undisturbed(Mutant::NoUniqueTicket, Invariant::Order1, "orders"),
    undisturbed(Mutant::FixedWindow, Invariant::Rate1, "admitted above the rate"),
    undisturbed(Mutant::ReadThenWrite, Invariant::Stock1, "available after version"),
    undisturbed(Mutant::BlindInsert, Invariant::Stock1, "available after version"),
    trial(Mutant::NoEpochCheck, Meanwhile::StaleDrain, Invariant::Order3, "was admitted, but"),
    undisturbed(Mutant::NewPaymentKey, Invariant::Pay1, "was captured"),
    undisturbed(Mutant::NoPivot, Invariant::Pay2, "was taken, 0 was due"),
    undisturbed(Mutant::WrongPosition, Invariant::Pos1, "where the rank is"),
    trial(
        Mutant::MarkBeforeAck,
        Meanwhile::KillOfRest("relay.after_ack"),
        Invariant::Order3,
        "was not published",
    ),
    undisturbed(Mutant::OutboxByNumber, Invariant::Order3, "was not published"),
    undisturbed(Mutant::SoldNotCounted, Invariant::Stock2, "do not add up"),
    undisturbed(Mutant::NoUnitsBack, Invariant::Stock3, "wait, but"),
    undisturbed(Mutant::UncountedUsage, Invariant::Limit1, "only 0 are counted"),
    undisturbed(Mutant::LastFirst, Invariant::Queue1, "was admitted by event"),
    undisturbed(Mutant::SilentJoin, Invariant::Queue2, "was admitted but never joined"),
    undisturbed(Mutant::TicketPerTab, Invariant::Queue3, "at once"),
    undisturbed(Mutant::PaceStandsStill, Invariant::Rate2, "processed above the rate"),
    undisturbed(Mutant::UnauditedLimits, Invariant::Audit1, "changes of limits or mode have"),
    undisturbed(Mutant::NoIdempotencyKey, Invariant::Idem1, ": first"),
    undisturbed(Mutant::LateEnd, Invariant::End1, "heard the end after"),
    undisturbed(Mutant::KeptSlot, Invariant::Rest1, "occ still names"),
    trial(
        Mutant::WaitsForEver,
        Meanwhile::KillOfRest("drain.after_admit"),
        Invariant::Live2,
        "is stuck in flight",
    ),
];

impl Trial {
    /// Returns what its control runs under.
    pub(crate) const fn setting(&self) -> Setting {
        Setting { terms: self.mutant.terms(), meanwhile: self.meanwhile }
    }
}

/// Returns the trials that are asked for.
pub(crate) fn asked_for() -> Vec<Trial> {
    TRIALS.into_iter().filter(|trial| is_asked_for(MUTANT, trial.mutant.as_str())).collect()
}

/// Returns the settings of these trials, each once.
pub(crate) fn settings(trials: &[Trial]) -> Vec<Setting> {
    let mut settings = Vec::new();
    for setting in trials.iter().map(Trial::setting) {
        if !settings.contains(&setting) {
            settings.push(setting);
        }
    }
    settings
}

const fn undisturbed(mutant: Mutant, invariant: Invariant, finding: &'static str) -> Trial {
    trial(mutant, Meanwhile::Limits, invariant, finding)
}

const fn trial(
    mutant: Mutant,
    meanwhile: Meanwhile,
    invariant: Invariant,
    finding: &'static str,
) -> Trial {
    Trial { mutant, meanwhile, invariant, finding }
}

#[test]
fn core_each_mutant_has_one_trial() {
    for mutant in Mutant::ALL {
        let n_trials = TRIALS.iter().filter(|trial| trial.mutant == *mutant).count();
        assert_eq!(n_trials, 1, "{mutant}");
    }
}
