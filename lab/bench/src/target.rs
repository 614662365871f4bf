//! What a figure has to reach, and how far it is from that.

use serde::Serialize;
use std::fmt;

/// What the product has to reach (`docs/BENCHMARKS.md`).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BenchTarget {
    /// Such as a rate.
    AtLeast(f64),
    /// Such as a cost.
    AtMost(f64),
}

impl BenchTarget {
    /// Says `PASS` if a median reaches the target, or else by how many percent of it the median is
    /// off, rounded up.
    pub(crate) fn verdict(self, median: f64) -> String {
        let (gap, side) = match self {
            Self::AtLeast(limit) => ((limit - median) / limit, "below"),
            Self::AtMost(limit) => ((median - limit) / limit, "above"),
        };
        if gap.is_nan() {
            return "not measured".to_owned();
        }
        if gap <= 0.0 { "PASS".to_owned() } else { format!("{:.0} % {side}", (gap * 100.0).ceil()) }
    }
}

impl fmt::Display for BenchTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(limit) => write!(f, ">= {limit}"),
            Self::AtMost(limit) => write!(f, "<= {limit}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::BenchTarget::{AtLeast, AtMost};

    #[test]
    fn a_target_is_reached_from_its_own_side() {
        assert_eq!([AtLeast(550.0).verdict(550.0), AtMost(2.5).verdict(2.5)], ["PASS", "PASS"]);
        assert_eq!(AtLeast(550.0).verdict(440.0), "20 % below");
        assert_eq!(AtMost(2.5).verdict(3.0), "20 % above");
    }

    #[test]
    fn no_gap_is_rounded_away_and_nothing_measured_passes() {
        assert_eq!(AtMost(1000.0).verdict(1000.1), "1 % above");
        assert_eq!(AtLeast(0.5).verdict(f64::NAN), "not measured");
    }
}
