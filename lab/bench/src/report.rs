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
    /// What the closest peer reaches, measured elsewhere; shown beside ours and never judged.
    peer: Option<&'static str>,
    /// Whether the median reaches the target.
    verdict: Option<String>,
}

/// A figure that is held against something, as the table of all benchmarks shows it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ReportRow {
    pub(crate) bench: &'static str,
    pub(crate) figure: String,
    pub(crate) spread: Spread,
    pub(crate) target: Option<BenchTarget>,
    pub(crate) peer: Option<&'static str>,
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
        self.figures.push(Figure { name: name.into(), spread, target, peer: None, verdict });
    }

    /// Adds a figure beside that of a peer, which could not be measured in the same run.
    pub(crate) fn beside(&mut self, name: impl Into<String>, spread: Spread, peer: &'static str) {
        let (name, peer) = (name.into(), Some(peer));
        self.figures.push(Figure { name, spread, target: None, peer, verdict: None });
    }

    /// The figures that have a target or stand beside a peer's.
    pub(crate) fn rows(&self) -> impl Iterator<Item = ReportRow> {
        let held = self.figures.iter().filter(|one| one.target.is_some() || one.peer.is_some());
        held.map(move |Figure { name, spread, target, peer, .. }| ReportRow {
            bench: self.bench,
            figure: name.clone(),
            spread: spread.clone(),
            target: *target,
            peer: *peer,
        })
    }

    /// The report for people.
    pub(crate) fn table(&self) -> String {
        let mut all = Table::new();
        all.load_style(UTF8_BORDERS_ONLY).set_header(["series", "per second", "CPU us each"]);
        for series in &self.series {
            let cost = series.cost();
            let cost = if cost.is_empty() { String::new() } else { cost.to_string() };
            all.add_row([series.name.clone(), series.rate().to_string(), cost]);
        }
        let mut figures = Table::new();
        let header = ["figure", "each round", "median [min-max]", "target", "verdict"];
        figures.load_style(UTF8_BORDERS_ONLY).set_header(header);
        for Figure { name, spread, target, peer, verdict } in &self.figures {
            let target = against(*target, *peer);
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

impl ReportRow {
    /// What it is held against, for people.
    pub(crate) fn against(&self) -> String {
        against(self.target, self.peer)
    }

    /// Whether the median reaches the target; empty where there is none.
    pub(crate) fn verdict(&self) -> String {
        self.target.map(|target| target.verdict(self.spread.median())).unwrap_or_default()
    }
}

fn against(target: Option<BenchTarget>, peer: Option<&str>) -> String {
    let peer = || peer.map(|peer| format!("closest peer: {peer}")).unwrap_or_default();
    target.map_or_else(peer, |target| target.to_string())
}
