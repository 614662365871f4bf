//! All verdicts together.

use std::{collections::BTreeMap, fmt};

use comfy_table::{Table, presets::UTF8_HORIZONTAL_ONLY};
use serde::{Deserialize, Serialize};
use shared::{ids::DropId, invariants::Invariant};

use super::{
    evidence::Evidence, excuses::Excuses, requirement::Requirement, slots::SlotUse,
    verdict::Verdict,
};

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
    /// How often a loss of Redis excused something.
    pub excuses: Excuses,
    /// How well the places for those who are let in were used.
    #[serde(default)]
    pub slot_use: SlotUse,
    /// Answers with 5xx or 429 that no fault explains, by status.
    pub unexpected_statuses: BTreeMap<u16, usize>,
    /// Where the run fell short of what it was held to.
    pub shortfalls: Vec<String>,
}

impl CheckReport {
    pub(crate) fn new(
        evidence: &Evidence,
        verdicts: Vec<(Invariant, Verdict)>,
        excuses: Excuses,
        slot_use: SlotUse,
    ) -> Self {
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
            excuses,
            slot_use,
            unexpected_statuses: evidence.unexpected_statuses(),
            shortfalls: Vec::new(),
        }
    }

    /// Holds the run to what it must have judged, and to what may have gone wrong in it at most;
    /// without a bound as often as it did.
    #[must_use]
    pub fn held_to(
        mut self,
        required: &[Requirement],
        max_excused: Option<usize>,
        max_unexpected: Option<usize>,
    ) -> Self {
        for requirement in required {
            let verdict = self.verdict(requirement.invariant);
            let n_cases = verdict.n_cases();
            if !verdict.is_fail() && n_cases < requirement.n_cases {
                self.shortfalls.push(format!("{requirement} is required, {n_cases} were judged"));
            }
        }
        let n_excused = self.excuses.n_missing();
        if let Some(most) = max_excused.filter(|most| n_excused > *most) {
            self.shortfalls.push(format!("{n_excused} were excused, {most} may be"));
        }
        let n_unexpected: usize = self.unexpected_statuses.values().sum();
        if let Some(most) = max_unexpected.filter(|most| n_unexpected > *most) {
            self.shortfalls.push(format!("{n_unexpected} unexpected statuses, {most} may be"));
        }
        self
    }

    /// Holds the run to a share of the slots' time that had to be in use, 0 to 1; without one, to
    /// none.
    #[must_use]
    pub fn held_to_slot_use(mut self, least: Option<f64>) -> Self {
        let Some(least) = least else { return self };
        if self.slot_use.share().is_none_or(|share| share < least) {
            self.shortfalls.push(format!("{}; {:.1} % have to be", self.slot_use, least * 100.0));
        }
        self
    }

    /// Whether nothing was violated, and the run showed what it had to.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.violated().is_empty() && self.shortfalls.is_empty()
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
        writeln!(f, "{}", self.excuses)?;
        writeln!(f, "{}", self.slot_use)?;
        writeln!(f, "5xx and 429 outside of faults: {:?}", self.unexpected_statuses)?;
        for shortfall in &self.shortfalls {
            writeln!(f, "falls short: {shortfall}")?;
        }
        let mut table = Table::new();
        table.load_style(UTF8_HORIZONTAL_ONLY).set_header(["invariant", "verdict", ""]);
        for Judgement { invariant, meaning, verdict } in &self.judgements {
            table.add_row([invariant.as_str(), verdict.word(), &format!("{meaning}\n{verdict}")]);
        }
        write!(f, "{table}")
    }
}
