//! All verdicts together.

use std::fmt;

use comfy_table::{Table, presets::UTF8_HORIZONTAL_ONLY};
use serde::{Deserialize, Serialize};
use shared::{ids::DropId, invariants::Invariant};

use super::{evidence::Evidence, verdict::Verdict};

/// One invariant's verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// The name, such as `STOCK-1`.
    pub invariant: String,
    /// What it promises, in one line.
    pub meaning: String,
    /// Whether it held.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// What the check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckReport {
    /// The drop that was judged.
    pub drop_id: DropId,
    /// Seed of the run, to repeat it with.
    pub seed: Option<u64>,
    /// How much evidence there was.
    pub looked_at: String,
    /// One per invariant, in the order of [`Invariant::ALL`].
    pub judgements: Vec<Judgement>,
}

impl CheckReport {
    pub(crate) fn new(evidence: &Evidence, verdicts: Vec<(Invariant, Verdict)>) -> Self {
        let judgements = verdicts.into_iter().map(|(invariant, verdict)| Judgement {
            invariant: invariant.name().to_owned(),
            meaning: invariant.meaning().to_owned(),
            verdict,
        });
        Self {
            drop_id: evidence.drop.id,
            seed: evidence.seed,
            looked_at: evidence.describe(),
            judgements: judgements.collect(),
        }
    }

    /// Whether nothing was violated.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.judgements.iter().all(|judgement| !judgement.verdict.is_fail())
    }

    /// Returns the verdict on one invariant.
    ///
    /// # Panics
    ///
    /// Never: each report holds all invariants.
    #[must_use]
    pub fn verdict(&self, invariant: Invariant) -> &Verdict {
        let judgement = self.judgements.iter().find(|j| j.invariant == invariant.name());
        &judgement.expect("a report holds all invariants").verdict
    }

    /// Returns the names of the invariants that were violated.
    #[must_use]
    pub fn violated(&self) -> Vec<&str> {
        let failed = self.judgements.iter().filter(|judgement| judgement.verdict.is_fail());
        failed.map(|judgement| judgement.invariant.as_str()).collect()
    }
}

impl fmt::Display for CheckReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "drop {}", self.drop_id)?;
        if let Some(seed) = self.seed {
            write!(f, " · seed {seed}")?;
        }
        writeln!(f, " · {}", self.looked_at)?;
        let mut table = Table::new();
        table.load_style(UTF8_HORIZONTAL_ONLY).set_header(["invariant", "verdict", ""]);
        for Judgement { invariant, meaning, verdict } in &self.judgements {
            table.add_row([invariant.as_str(), verdict.word(), &format!("{meaning}\n{verdict}")]);
        }
        write!(f, "{table}")
    }
}
