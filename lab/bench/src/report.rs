//! What a benchmark found: a table for people, JSON to keep.

use crate::{
    machine::Machine,
    measure::{Series, Spread},
    options::Options,
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
    ratios: Vec<Ratio>,
    /// What one has to know to read it.
    pub(crate) notes: Vec<String>,
}

/// A subject against a baseline, round by round.
#[derive(Debug, Serialize)]
struct Ratio {
    name: String,
    ratio: Spread,
    /// What the product has to reach (`docs/BENCHMARKS.md`); empty where nothing is set.
    target: &'static str,
}

impl Report {
    /// Begins without results.
    pub(crate) fn new(bench: &'static str, options: &Options, machine: Machine) -> Self {
        Self {
            bench,
            quick: options.quick,
            machine,
            series: Vec::new(),
            ratios: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Adds a ratio.
    pub(crate) fn ratio(&mut self, name: impl Into<String>, ratio: Spread, target: &'static str) {
        self.ratios.push(Ratio { name: name.into(), ratio, target });
    }

    /// The report for people.
    pub(crate) fn table(&self) -> String {
        let mut all = Table::new();
        all.load_style(UTF8_BORDERS_ONLY).set_header(["series", "per second", "CPU us each"]);
        for series in &self.series {
            let cost = series.cost().map_or_else(String::new, |cost| cost.to_string());
            all.add_row([series.name.clone(), series.rate().to_string(), cost]);
        }
        let mut ratios = Table::new();
        ratios.load_style(UTF8_BORDERS_ONLY).set_header(["ratio", "median [min-max]", "target"]);
        for Ratio { name, ratio, target } in &self.ratios {
            ratios.add_row([name.clone(), ratio.to_string(), (*target).to_owned()]);
        }
        let notes: String = self.notes.iter().map(|note| format!("\n- {note}")).collect();
        format!("{}: {}\n{all}\n{ratios}{notes}", self.bench, self.machine)
    }

    /// Writes the JSON.
    pub(crate) fn write(&self, path: &Path) -> anyhow::Result<()> {
        Ok(fs::write(path, serde_json::to_vec_pretty(self)?)?)
    }
}
