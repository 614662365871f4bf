//! What each mutant's run is, and the finding that catches it.

use crate::{MUTANT, is_asked_for, meanwhile::Meanwhile};
use ::mutants::{Mutant, Term};
use check::{CheckReport, Verdict};
use shared::invariants::Invariant;
use std::fmt;

/// A mutant's run, and what the check must find in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trial {
    pub(crate) mutant: Mutant,
    pub(crate) meanwhile: Meanwhile,
    /// What a right service goes by and this mutant does not: its world does without.
    pub(crate) guards: &'static [&'static str],
    pub(crate) broken: Broken,
    /// What the evidence against it says of this defect, in one line of it.
    pub(crate) finding: &'static str,
}

/// What a mutant breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// A promise.
    Rule(Invariant),
    /// The share of the places that has to be in use while somebody waits.
    SlotUse,
}

/// What a mutant's run has in common with its control. Each is controlled once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) terms: &'static [Term],
    pub(crate) meanwhile: Meanwhile,
}

/// What keeps a ticket from having two orders, and two ends of them.
const KEYS_OF_TICKETS: &[&str] = &[
    "alter table orders drop constraint orders_pkey",
    // It has an entry for each ticket, too; what is left of it is the customers' limit.
    "drop index one_unit_per_customer",
    "create unique index one_unit_per_customer on orders (shopper_id, drop_id)
        where is_only_one and units_held > 0",
    "alter table ticket_transitions drop constraint ticket_transitions_pkey",
    "drop index one_terminal_transition",
];

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
    Trial {
        guards: KEYS_OF_TICKETS,
        ..undisturbed(Mutant::NoUniqueTicket, Invariant::Order1, "orders")
    },
    undisturbed(Mutant::FixedWindow, Invariant::Rate1, "admitted above the rate"),
    undisturbed(Mutant::ReadThenWrite, Invariant::Stock1, "available after version"),
    undisturbed(Mutant::BlindInsert, Invariant::Stock1, "available after version"),
    trial(
        Mutant::NoEpochCheck,
        Meanwhile::StaleDrain,
        Invariant::Order2,
        "was admitted but came to no end",
    ),
    undisturbed(Mutant::NewPaymentKey, Invariant::Pay1, "was captured"),
    undisturbed(Mutant::NoPivot, Invariant::Pay2, "was taken, 0 was due"),
    undisturbed(Mutant::WrongPosition, Invariant::Pos1, "where the rank is"),
    trial(
        Mutant::MarkBeforeAck,
        Meanwhile::KillOfRest("relay.after_ack"),
        Invariant::Order3,
        "was not published",
    ),
    undisturbed(Mutant::JournalByNumber, Invariant::Order3, "was not published"),
    undisturbed(Mutant::SoldNotCounted, Invariant::Stock2, "are off by [0, 0, "),
    undisturbed(Mutant::NoUnitsBack, Invariant::Stock3, "units are left"),
    undisturbed(Mutant::UnwatchedOrders, Invariant::Limit1, "is not watched by the limit"),
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
    trial(
        Mutant::OpenBooks,
        Meanwhile::Intruder,
        Invariant::Tenant1,
        "was answered 200, 404 was due",
    ),
    trial(Mutant::DrainDozes, Meanwhile::LongSale, Invariant::Live1, "admitted in the 10 s from"),
    trial(
        Mutant::UnseenListeners,
        Meanwhile::LongSale,
        Invariant::Queue1,
        "was there and missed at",
    ),
    trial(Mutant::EqualTurns, Meanwhile::Codes, Invariant::Lane1, "are out of their shares"),
    trial(Mutant::PassForTwo, Meanwhile::Visits, Invariant::Pass1, "let 2 browsers in"),
    Trial {
        mutant: Mutant::TwoPlacesEach,
        meanwhile: Meanwhile::Visits,
        guards: &[],
        broken: Broken::SlotUse,
        finding: "of slots while somebody waited",
    },
];

impl Trial {
    /// Returns what its control runs under.
    pub(crate) const fn setting(&self) -> Setting {
        Setting { terms: self.mutant.terms(), meanwhile: self.meanwhile }
    }
}

impl Broken {
    /// Returns what the check has found against it.
    pub(crate) fn evidence(self, report: &CheckReport) -> &[String] {
        match self {
            Self::Rule(invariant) => match report.verdict(invariant) {
                Verdict::Fail { evidence, .. } => evidence.as_slice(),
                Verdict::Pass { .. } | Verdict::NotApplicable { .. } => &[],
            },
            Self::SlotUse => report.shortfalls.as_slice(),
        }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(invariant) => f.write_str(invariant.name()),
            Self::SlotUse => f.write_str("slots in use"),
        }
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
    Trial { mutant, meanwhile, guards: &[], broken: Broken::Rule(invariant), finding }
}

#[test]
fn core_each_mutant_has_one_trial() {
    for mutant in Mutant::ALL {
        let n_trials = TRIALS.iter().filter(|trial| trial.mutant == *mutant).count();
        assert_eq!(n_trials, 1, "{mutant}");
    }
}

#[test]
fn core_each_rule_has_a_mutant_that_breaks_it() {
    for invariant in Invariant::ALL {
        let is_tried = TRIALS.iter().any(|trial| trial.broken == Broken::Rule(*invariant));
        assert!(is_tried, "{invariant}");
    }
}
