//! What a rule finds.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How many pieces of evidence a violation is shown with.
const SHOWN: usize = 5;

/// Whether an invariant held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// It held.
    Pass {
        /// Over what it was judged.
        over: String,
    },
    /// It did not hold.
    Fail {
        /// How many violations there are.
        n_violations: usize,
        /// The first of them.
        evidence: Vec<String>,
    },
    /// There was nothing to judge.
    NotApplicable {
        /// Why.
        reason: String,
    },
}

impl Verdict {
    /// Passes when nothing was found.
    #[must_use]
    pub fn of(violations: Vec<String>, over: impl Into<String>) -> Self {
        match violations.len() {
            0 => Self::Pass { over: over.into() },
            n_violations => {
                Self::Fail { n_violations, evidence: violations.into_iter().take(SHOWN).collect() }
            }
        }
    }

    /// Says that there was nothing to judge.
    #[must_use]
    pub fn not_applicable(reason: impl Into<String>) -> Self {
        Self::NotApplicable { reason: reason.into() }
    }

    /// Whether it was violated.
    #[must_use]
    pub fn is_fail(&self) -> bool {
        matches!(self, Self::Fail { .. })
    }

    /// The verdict in a word.
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
            Self::Pass { over } => f.write_str(over),
            Self::NotApplicable { reason } => f.write_str(reason),
            Self::Fail { n_violations, evidence } => {
                write!(f, "{n_violations} violations")?;
                evidence.iter().try_for_each(|line| write!(f, "\n{line}"))
            }
        }
    }
}
