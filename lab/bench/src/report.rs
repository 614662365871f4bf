//! What a benchmark found: a table for people, JSON to keep.

use crate::{
    machine::Machine,
    measure::{Series, Spread},
    options::Options,
    target::BenchTarget,
};
use comfy_table::{Table, presets::UTF8_BORDERS_ONLY};
use serde::Serialize;
use std::{fs, path::Path};

/// A whole run.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    bench: &'static str,
    /// Whether the rounds were short.
    quick: bool,
    machine: Machine,
    /// What was measured.
    pub(crate) series: Vec<Series>,
    figures: Vec<Figure>,
    /// What one has to know to read it.
    pub(crate) notes: Vec<String>,
}

/// What was found, round by round: a subject against a baseline, or a measure of its own.
#[derive(Debug, Serialize)]
struct Figure {
    name: String,
    spread: Spread,
    target: Option<BenchTarget>,
    /// Whether the median reaches the target.
    verdict: Option<String>,
}

impl Report {
    /// Begins without results.
    pub(crate) fn new(bench: &'static str, options: &Options, machine: Machine) -> Self {
        Self {
            bench,
            quick: options.quick,
            machine,
            series: Vec::new(),
            figures: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Adds a figure, which is judged where a target is set.
    pub(crate) fn figure(
        &mut self,
        name: impl Into<String>,
        spread: Spread,
        target: Option<BenchTarget>,
    ) {
        let verdict = target.map(|target| target.verdict(spread.median()));
        self.figures.push(Figure { name: name.into(), spread, target, verdict });
    }

    /// The report for people.
    pub(crate) fn table(&self) -> String {
        let mut all = Table::new();
        all.load_style(UTF8_BORDERS_ONLY).set_header(["series", "per second", "CPU us each"]);
        for series in &self.series {
            let cost = series.cost().map_or_else(String::new, |cost| cost.to_string());
            all.add_row([series.name.clone(), series.rate().to_string(), cost]);
        }
        let mut figures = Table::new();
        let header = ["figure", "each round", "median [min-max]", "target", "verdict"];
        figures.load_style(UTF8_BORDERS_ONLY).set_header(header);
        for Figure { name, spread, target, verdict } in &self.figures {
            let target = target.map_or_else(String::new, |target| target.to_string());
            let verdict = verdict.clone().unwrap_or_default();
            figures.add_row([name.clone(), spread.each(), spread.to_string(), target, verdict]);
        }
        let notes: String = self.notes.iter().map(|note| format!("\n- {note}")).collect();
        format!("{}: {}\n{all}\n{figures}{notes}", self.bench, self.machine)
    }

    /// Writes the JSON.
    pub(crate) fn write(&self, path: &Path) -> anyhow::Result<()> {
        Ok(fs::write(path, serde_json::to_vec_pretty(self)?)?)
    }
}
