//! What a benchmark found: a table for people, JSON for keeping.

use crate::{
    cli::Options,
    machine::Machine,
    measure::{Spread, Variant},
};
use comfy_table::{Table, presets::UTF8_BORDERS_ONLY};
use serde::Serialize;
use std::{fs, path::Path};

/// A whole run.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Which benchmark.
    pub bench: &'static str,
    /// Whether the rounds were short.
    pub quick: bool,
    /// Where it ran.
    pub machine: Machine,
    /// What was measured.
    pub variants: Vec<Variant>,
    /// What it comes to.
    pub ratios: Vec<Ratio>,
    /// What one has to know to read it.
    pub notes: Vec<String>,
}

/// A subject against a baseline.
#[derive(Debug, Serialize)]
pub struct Ratio {
    /// What is compared.
    pub name: String,
    /// The ratio, round by round.
    pub ratio: Spread,
    /// Where the product has to arrive (DESIGN.md §14).
    pub reach: &'static str,
}

impl Report {
    /// A report without results.
    #[must_use]
    pub fn new(bench: &'static str, options: &Options, machine: Machine) -> Self {
        Self {
            bench,
            quick: options.quick,
            machine,
            variants: Vec::new(),
            ratios: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Adds a ratio.
    pub fn ratio(&mut self, name: impl Into<String>, ratio: Spread, reach: &'static str) {
        self.ratios.push(Ratio { name: name.into(), ratio, reach });
    }

    /// The report for people.
    #[must_use]
    pub fn table(&self) -> String {
        let mut variants = Table::new();
        variants.load_style(UTF8_BORDERS_ONLY).set_header(["variant", "per second", "CPU us each"]);
        for variant in &self.variants {
            let cost = variant.cost().map_or_else(String::new, |cost| cost.to_string());
            variants.add_row([variant.name.clone(), variant.rate().to_string(), cost]);
        }
        let mut ratios = Table::new();
        ratios.load_style(UTF8_BORDERS_ONLY).set_header(["ratio", "median [min-max]", "to reach"]);
        for Ratio { name, ratio, reach } in &self.ratios {
            ratios.add_row([name.clone(), ratio.to_string(), (*reach).to_owned()]);
        }
        let notes: String = self.notes.iter().map(|note| format!("\n- {note}")).collect();
        format!("{}: {}\n{variants}\n{ratios}{notes}", self.bench, self.machine)
    }

    /// Writes the JSON.
    ///
    /// # Errors
    ///
    /// Returns an error when the file cannot be written.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        Ok(fs::write(path, serde_json::to_vec_pretty(self)?)?)
    }
}
