//! What a run must have shown.

use std::{fmt, str::FromStr};

use anyhow::Context;
use shared::invariants::Invariant;

/// An invariant that a run must have judged; otherwise it has shown nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Requirement {
    /// What must be judged.
    pub invariant: Invariant,
    /// On how many cases, at least.
    pub n_cases: usize,
}

impl Requirement {
    /// Requires so many cases.
    #[must_use]
    pub const fn new(invariant: Invariant, n_cases: usize) -> Self {
        Self { invariant, n_cases }
    }
}

impl FromStr for Requirement {
    type Err = anyhow::Error;

    /// Reads `QUEUE-1=500`; without a number one case will do.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, n_cases) = match text.split_once('=') {
            Some((name, n)) => {
                (name, n.parse::<usize>().with_context(|| format!("{n} is not a number"))?)
            }
            None => (text, 1),
        };
        let mut known = Invariant::ALL.iter().copied();
        let invariant = known.find(|invariant| invariant.name().eq_ignore_ascii_case(name));
        let invariant = invariant.with_context(|| format!("there is no invariant {name}"))?;
        Ok(Self { invariant, n_cases })
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.invariant, self.n_cases)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_requirement_is_a_name_and_a_number() {
        let read = |text: &str| text.parse::<Requirement>().unwrap();
        assert_eq!(read("QUEUE-1"), Requirement::new(Invariant::Queue1, 1));
        assert_eq!(read("rest-1=20"), Requirement::new(Invariant::Rest1, 20));
        assert_eq!(read("PAY-2=7").to_string(), "PAY-2=7");
        for wrong in ["", "QUEUE-9", "QUEUE-1=", "QUEUE-1=few"] {
            assert!(wrong.parse::<Requirement>().is_err(), "{wrong}");
        }
    }
}
