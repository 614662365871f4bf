//! The words of the load lab: which crowds may be asked for, how far a run is, what was found.

use crate::{ids::DropId, invariants::Invariant, text_enum};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Where crowds may be asked for.
    LoadLabUse {
        /// Everywhere, beside people who are served as well.
        Always = "always",
        /// In development alone.
        Development = "development",
        /// Nowhere.
        Never = "never",
    }
}

text_enum! {
    /// A crowd that may be asked for; `crowd presets` tells what each does.
    LoadPreset {
        /// Arrives evenly.
        Steady = "steady",
        /// Nearly everyone arrives within the first second.
        Spike = "spike",
        /// Half arrive early, and the other half all at once.
        LateSurge = "late_surge",
        /// Everybody reads the page again every few seconds.
        RefreshStorm = "refresh_storm",
        /// Every stream is cut over and over.
        ReconnectChurn = "reconnect_churn",
        /// Half leave the page after joining.
        Absentees = "absentees",
        /// Everybody joins from three tabs at once.
        ManyTabs = "many_tabs",
        /// Half are programs that never pay.
        Bots = "bots",
        /// Two drops at once.
        TwoHotDrops = "two_hot_drops",
        /// Nobody buys: they wait for a site that is protected.
        Visitors = "visitors",
    }
}

text_enum! {
    /// Where a run of the load lab is.
    LoadRunState {
        /// No agent has taken it yet.
        Waiting = "waiting",
        /// An agent sends the crowd.
        Running = "running",
        /// Every rule that could be judged held.
        Passed = "passed",
        /// A rule did not hold.
        Failed = "failed",
        /// It came to no end.
        Broken = "broken",
        /// Called off.
        Cancelled = "cancelled",
    }
}

text_enum! {
    /// Whether a rule held.
    LoadVerdict {
        /// It held.
        Pass = "pass",
        /// It did not.
        Fail = "fail",
        /// There was nothing to judge.
        NotApplicable = "not_applicable",
    }
}

/// What was found about one rule in one drop of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct LoadJudgement {
    /// The drop.
    pub drop_id: DropId,
    /// The rule, such as `STOCK-1`.
    #[cfg_attr(feature = "utoipa", schema(min_length = 1, max_length = 40))]
    pub rule: String,
    /// Whether it held.
    pub verdict: LoadVerdict,
    /// What it was judged by, or how it was broken.
    #[cfg_attr(feature = "utoipa", schema(max_length = 500))]
    pub detail: String,
}

/// The rule that everybody of a crowd is told how it ended.
pub const EVERYBODY_TOLD: &str = "CROWD-1";
/// The rule that joins are answered in time.
pub const JOINS_IN_TIME: &str = "CROWD-2";

/// Returns what a rule promises, in one line; `None` for one that is not known here.
#[must_use]
pub fn meaning_of(rule: &str) -> Option<&'static str> {
    match rule {
        EVERYBODY_TOLD => Some("everybody of the crowd is told how it ended"),
        JOINS_IN_TIME => Some("99 of 100 joins are answered in time"),
        _ => {
            let mut known = Invariant::ALL.iter();
            known.find(|invariant| invariant.name() == rule).map(|found| found.meaning())
        }
    }
}

impl LoadRunState {
    /// Whether it has come to an end.
    #[must_use]
    pub const fn is_over(self) -> bool {
        match self {
            Self::Waiting | Self::Running => false,
            Self::Passed | Self::Failed | Self::Broken | Self::Cancelled => true,
        }
    }

    /// Returns how a run ended of which this was found. One in which nothing could be judged has shown
    /// nothing.
    #[must_use]
    pub fn of(judgements: &[LoadJudgement]) -> Self {
        let has = |verdict| judgements.iter().any(|judgement| judgement.verdict == verdict);
        if has(LoadVerdict::Fail) {
            Self::Failed
        } else if has(LoadVerdict::Pass) {
            Self::Passed
        } else {
            Self::Broken
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(verdicts: &[LoadVerdict]) -> LoadRunState {
        let judgement = |verdict: &LoadVerdict| LoadJudgement {
            drop_id: DropId::generate(),
            rule: EVERYBODY_TOLD.to_owned(),
            verdict: *verdict,
            detail: String::new(),
        };
        LoadRunState::of(&verdicts.iter().map(judgement).collect::<Vec<_>>())
    }

    #[test]
    fn one_rule_that_is_broken_fails_a_run_and_none_that_was_judged_shows_nothing() {
        use LoadVerdict::{Fail, NotApplicable, Pass};
        assert_eq!(judged(&[Pass, NotApplicable]), LoadRunState::Passed);
        assert_eq!(judged(&[Pass, Fail, NotApplicable]), LoadRunState::Failed);
        assert_eq!(judged(&[NotApplicable]), LoadRunState::Broken);
        assert_eq!(judged(&[]), LoadRunState::Broken);
    }

    #[test]
    fn each_rule_that_is_judged_has_a_meaning() {
        let invariants = Invariant::ALL.iter().map(|invariant| invariant.name());
        for rule in invariants.chain([EVERYBODY_TOLD, JOINS_IN_TIME]) {
            assert!(meaning_of(rule).is_some(), "{rule}");
        }
        assert_eq!(meaning_of("STOCK-99"), None);
    }
}
