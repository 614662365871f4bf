//! Two runs side by side.

use std::{
    collections::BTreeMap,
    fmt,
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
};

use anyhow::Context;
use comfy_table::{CellAlignment, Table, presets::UTF8_HORIZONTAL_ONLY};
use serde::Serialize;

use super::{cost, report::RunReport};

/// Shown for what was not measured, or did not occur.
const MISSING: &str = "–";

/// Options of `crowd compare`.
#[derive(Debug, Clone, clap::Args)]
pub struct CompareOptions {
    /// Report of the first run, written by `crowd run --report`, or by `crowd run --json`.
    pub a: PathBuf,

    /// Report of the second run.
    pub b: PathBuf,

    /// Print the comparison as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Every figure of two runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunComparison {
    /// In the order of the first report, then what only the second one has.
    pub figures: Vec<ComparedFigure>,
}

/// A figure of both runs. What is `None` was not measured, or did not occur.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComparedFigure {
    /// What it is, with its unit.
    pub name: String,
    /// Of the first run.
    pub a: Option<f64>,
    /// Of the second run.
    pub b: Option<f64>,
    /// `b / a`, where both are there and `a` is not zero.
    pub ratio: Option<f64>,
}

/// Compares two reports.
///
/// # Errors
///
/// Returns an error when a file cannot be read or is not a report.
pub fn compare(options: &CompareOptions) -> anyhow::Result<RunComparison> {
    Ok(RunComparison::new(&read(&options.a)?, &read(&options.b)?))
}

fn read(path: &Path) -> anyhow::Result<RunReport> {
    let name = path.display();
    let file = File::open(path).with_context(|| format!("cannot read the report {name}"))?;
    serde_json::from_reader(BufReader::new(file))
        .with_context(|| format!("{name} is not a report of `crowd run`"))
}

impl RunComparison {
    fn new(a: &RunReport, b: &RunReport) -> Self {
        let a = a.figures();
        let mut of_b: BTreeMap<String, Option<f64>> = b.figures().into_iter().collect();
        let mut figures: Vec<ComparedFigure> = a
            .into_iter()
            .map(|(name, a)| {
                let b = of_b.remove(&name).flatten();
                ComparedFigure { name, a, b, ratio: ratio(a, b) }
            })
            .collect();
        let only_b = of_b.into_iter();
        figures.extend(only_b.map(|(name, b)| ComparedFigure { name, a: None, b, ratio: None }));
        Self { figures }
    }
}

fn ratio(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    let (a, b) = (a?, b?);
    (a != 0.0).then(|| b / a)
}

impl fmt::Display for RunComparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new();
        table.load_style(UTF8_HORIZONTAL_ONLY).set_header(["figure", "A", "B", "B / A"]);
        for figure in &self.figures {
            let ratio = figure.ratio.map(|ratio| format!("{ratio:.2}x"));
            let values = [figure.a, figure.b].map(|value| value.map(|_| cost::text(value)));
            let cells = values.into_iter().chain([ratio]);
            let cells = cells.map(|cell| cell.unwrap_or_else(|| MISSING.to_owned()));
            table.add_row([figure.name.clone()].into_iter().chain(cells).collect::<Vec<_>>());
        }
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        write!(f, "{table}")
    }
}

#[cfg(test)]
mod tests {
    use shared::ids::DropId;

    use super::*;
    use crate::{
        cost::{CostFigure, RunCosts},
        measures::Measures,
        options::RunOptions,
    };

    fn report(ends: &[&str], kafka: Option<f64>) -> RunReport {
        let measures = Measures::new(10);
        for how in ends {
            measures.ended(how, std::time::Duration::from_secs(1));
        }
        let kafka = kafka.map(|total| CostFigure { total, per_sold: Some(total / 2.0) });
        let cpu_ms = BTreeMap::from([("kafka".to_owned(), kafka)]);
        let costs = RunCosts { cpu_ms, ..RunCosts::default() };
        let options = RunOptions::new(DropId::generate(), 10);
        let elapsed = std::time::Duration::from_millis(1_500);
        RunReport::new(DropId::generate(), &options, &measures, elapsed, costs)
    }

    fn figure(name: &str, a: Option<f64>, b: Option<f64>, ratio: Option<f64>) -> ComparedFigure {
        ComparedFigure { name: name.to_owned(), a, b, ratio }
    }

    #[test]
    fn each_figure_has_both_values_and_their_ratio() {
        let a = report(&["confirmed", "confirmed", "expired"], Some(6.0));
        let b = report(&["confirmed", "left"], Some(9.0));
        let comparison = RunComparison::new(&a, &b);
        for wanted in [
            figure("paid", Some(2.0), Some(1.0), Some(0.5)),
            figure("ended: expired", Some(1.0), None, None),
            figure("ended: left", None, Some(1.0), None),
            figure("retries", Some(0.0), Some(0.0), None),
            figure("CPU per sold order, ms: kafka", Some(3.0), Some(4.5), Some(1.5)),
        ] {
            assert!(comparison.figures.contains(&wanted), "{wanted:?}: {comparison}");
        }
        assert!(comparison.to_string().contains("1.50x"), "{comparison}");
    }

    #[test]
    fn what_was_not_measured_has_no_ratio() {
        let (a, b) = (report(&[], Some(6.0)), report(&[], None));
        let wanted = figure("CPU per sold order, ms: kafka", Some(3.0), None, None);
        assert!(RunComparison::new(&a, &b).figures.contains(&wanted));
    }
}
