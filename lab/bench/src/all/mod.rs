//! Every benchmark, one after the other, and one row for each figure that has a target or stands
//! beside a peer's.
//!
//! A benchmark that fails has no rows and keeps none of the others from running. `allowed` holds what
//! the rows may be at worst.

mod allowed;

use crate::{
    commands, fanout, hotrow, idle, join_http, line_memory, million,
    options::Options,
    overload, pipeline, polling, position, redis_join,
    report::{Report, ReportRow},
    rooms, settle,
    spike::{self, SaleSize},
    turn,
};
use allowed::Allowances;
use anyhow::{Context as _, ensure};
use comfy_table::{Table, presets::UTF8_BORDERS_ONLY};
use serde::Serialize;
use std::{fs, path::Path, pin::Pin};

/// A benchmark that has not begun.
type PendingReport<'o> = Pin<Box<dyn Future<Output = anyhow::Result<Report>> + 'o>>;

/// What all benchmarks found.
#[derive(Serialize)]
struct AllReports {
    reports: Vec<Report>,
    /// Benchmarks that failed, and why.
    failed: Vec<(&'static str, String)>,
    rows: Vec<ReportRow>,
}

/// Runs all of them and prints what they found; with `check`, fails if a row is worse than it may
/// be, or a benchmark failed.
pub(crate) async fn run(options: &Options, check: bool) -> anyhow::Result<()> {
    let size = SaleSize::of(options);
    let mut all = AllReports { reports: Vec::new(), failed: Vec::new(), rows: Vec::new() };
    for (name, benchmark) in benchmarks(options, &size) {
        println!("{name} …");
        match benchmark.await {
            Ok(report) => {
                println!("{}", report.table());
                all.rows.extend(report.rows());
                all.reports.push(report);
            }
            Err(error) => {
                println!("{name} failed: {error:#}");
                all.failed.push((name, format!("{error:#}")));
            }
        }
    }
    println!("{}", table(&all));
    if let Some(path) = &options.out {
        write(&all, path)?;
        println!("written to {}", path.display());
    }
    if check { held(&all, options) } else { Ok(()) }
}

fn benchmarks<'o>(
    options: &'o Options,
    size: &'o SaleSize,
) -> Vec<(&'static str, PendingReport<'o>)> {
    vec![
        ("redis-join", Box::pin(redis_join::run(options))),
        ("line-memory", Box::pin(line_memory::run(options))),
        ("join-http", Box::pin(join_http::run(options))),
        ("polling", Box::pin(polling::run(options))),
        ("position", Box::pin(position::run(options))),
        ("fanout", Box::pin(fanout::run(options))),
        ("hotrow", Box::pin(hotrow::run(options))),
        ("settle", Box::pin(settle::run(options))),
        ("commands", Box::pin(commands::run(options))),
        ("million", Box::pin(million::run(options))),
        ("rooms", Box::pin(rooms::run(options))),
        ("idle", Box::pin(idle::run(options))),
        ("turn", Box::pin(turn::run(options))),
        ("overload", Box::pin(overload::run(options))),
        ("spike", Box::pin(spike::run(options, size))),
        ("pipeline", Box::pin(pipeline::run(options, size))),
    ]
}

fn table(all: &AllReports) -> Table {
    let mut table = Table::new();
    let header = ["benchmark", "figure", "median [min-max]", "target", "verdict"];
    table.load_style(UTF8_BORDERS_ONLY).set_header(header);
    for row in &all.rows {
        let measured = row.spread.to_string();
        table.add_row([row.bench, &row.figure, &measured, &row.against(), &row.verdict()]);
    }
    for (bench, error) in &all.failed {
        table.add_row([*bench, "", "", "", &format!("failed: {error}")]);
    }
    table
}

fn write(all: &AllReports, path: &Path) -> anyhow::Result<()> {
    let json = serde_json::to_vec_pretty(all)?;
    fs::write(path, json).with_context(|| format!("cannot write {}", path.display()))
}

fn held(all: &AllReports, options: &Options) -> anyhow::Result<()> {
    let mut worse = Allowances::load()?.worse(&all.rows, options.quick);
    worse.extend(all.failed.iter().map(|(bench, error)| format!("{bench} failed: {error}")));
    ensure!(worse.is_empty(), "worse than allowed:\n{}", worse.join("\n"));
    println!("nothing is worse than allowed");
    Ok(())
}
