//! What rows may be at worst on a machine of the class that the figures were recorded on, with slack
//! (`lab/bench/allowed.toml`).

use crate::{
    report::ReportRow,
    target::BenchTarget::{AtLeast, AtMost},
};
use anyhow::Context as _;
use serde::Deserialize;
use std::collections::BTreeMap;

const FILE: &str = include_str!("../../allowed.toml");

/// Figures by benchmark, and the worst that each may be.
type OfBenchmarks = BTreeMap<String, BTreeMap<String, f64>>;

/// Short rounds have figures of their own, such as those of fewer people.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Allowances {
    #[serde(default)]
    quick: OfBenchmarks,
    #[serde(default)]
    full: OfBenchmarks,
}

impl Allowances {
    pub(super) fn load() -> anyhow::Result<Self> {
        toml::from_str(FILE).context("allowed.toml is malformed")
    }

    /// Describes the rows that are worse than they may be, and those that are missing. A row without
    /// a recorded allowance may be anything.
    pub(super) fn worse(&self, rows: &[ReportRow], is_quick: bool) -> Vec<String> {
        let of_benchmarks = if is_quick { &self.quick } else { &self.full };
        let mut worse = Vec::new();
        for (bench, figures) in of_benchmarks {
            for (figure, allowed) in figures {
                let is_it = |row: &&ReportRow| row.bench == bench && row.figure == *figure;
                match rows.iter().find(is_it) {
                    Some(row) if is_within(row, *allowed) => {}
                    Some(row) => worse
                        .push(format!("{bench}: {figure}: {}, {allowed} is allowed", row.spread)),
                    None => worse.push(format!("{bench}: {figure}: not measured")),
                }
            }
        }
        worse
    }
}

/// Whether the median is on the better side. What is not a number is not, nor what has no target.
fn is_within(row: &ReportRow, allowed: f64) -> bool {
    let median = row.spread.median();
    row.target.is_some_and(|target| match target {
        AtLeast(_) => median >= allowed,
        AtMost(_) => median <= allowed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{measure::Spread, target::BenchTarget};

    fn row(figure: &str, value: f64, target: BenchTarget) -> ReportRow {
        let (figure, spread) = (figure.to_owned(), Spread::of([value]));
        ReportRow { bench: "settle", figure, spread, target: Some(target), peer: None }
    }

    fn allowances() -> Allowances {
        toml::from_str("[quick.settle]\nrate = 10.0\ncost = 2.0\n").unwrap()
    }

    #[test]
    fn a_row_is_worse_on_the_other_side_of_its_target() {
        let worse = |rate, cost| {
            let rows = [row("rate", rate, AtLeast(30.0)), row("cost", cost, AtMost(1.0))];
            allowances().worse(&rows, true).len()
        };
        assert_eq!(worse(10.0, 2.0), 0);
        assert_eq!(worse(9.9, 2.0), 1);
        assert_eq!(worse(99.0, 2.1), 1);
        assert_eq!(worse(f64::NAN, f64::NAN), 2);
    }

    #[test]
    fn what_was_not_measured_is_worse_and_what_has_no_allowance_is_not() {
        let rows = [row("rate", 10.0, AtLeast(30.0)), row("other", 0.0, AtLeast(30.0))];
        assert_eq!(allowances().worse(&rows, true), ["settle: cost: not measured"]);
        assert!(allowances().worse(&rows, false).is_empty());
    }

    #[test]
    fn the_recorded_allowances_can_be_read() {
        let Allowances { quick, full } = Allowances::load().unwrap();
        assert!(!quick.is_empty() && !full.is_empty());
    }
}
