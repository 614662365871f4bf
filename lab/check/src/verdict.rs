//! What a rule finds.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How many violations are shown of a rule.
const SHOWN: usize = 5;

/// Whether an invariant held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// It held.
    Pass {
        /// How many cases were judged in which it might not have held.
        n_cases: usize,
        /// What it was judged by, such as `30 confirmed orders`.
        over: String,
    },
    /// It did not hold.
    Fail {
        /// All of them, also those not in `evidence`.
        n_violations: usize,
        /// The first few violations.
        evidence: Vec<String>,
    },
    /// There was nothing to judge.
    NotApplicable {
        /// Such as `nobody joined`.
        reason: String,
    },
}

impl Verdict {
    /// Passes when nothing was found in so many cases.
    pub(crate) fn of(violations: Vec<String>, n_cases: usize, over: impl Into<String>) -> Self {
        match violations.len() {
            0 => Self::Pass { n_cases, over: over.into() },
            n_violations => {
                Self::Fail { n_violations, evidence: violations.into_iter().take(SHOWN).collect() }
            }
        }
    }

    /// Says that there was nothing to judge.
    pub(crate) fn not_applicable(reason: impl Into<String>) -> Self {
        Self::NotApplicable { reason: reason.into() }
    }

    /// Whether the invariant was violated.
    #[must_use]
    pub fn is_fail(&self) -> bool {
        matches!(self, Self::Fail { .. })
    }

    /// Returns how many cases it rests on; none unless it held.
    #[must_use]
    pub fn n_cases(&self) -> usize {
        match self {
            Self::Pass { n_cases, .. } => *n_cases,
            Self::Fail { .. } | Self::NotApplicable { .. } => 0,
        }
    }

    /// Returns the verdict in one word, as the report shows it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Pass { .. } => "PASS",
            Self::Fail { .. } => "FAIL",
            Self::NotApplicable { .. } => "NOT-APPLICABLE",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pass { over, .. } => f.write_str(over),
            Self::NotApplicable { reason } => f.write_str(reason),
            Self::Fail { n_violations, evidence } => {
                let s = if *n_violations == 1 { "" } else { "s" };
                write!(f, "{n_violations} violation{s}")?;
                evidence.iter().try_for_each(|line| write!(f, "\n{line}"))
            }
        }
    }
}
