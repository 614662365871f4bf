//! What a sale's reports say, as figures with their targets.

use crate::{
    measure::{Sample, Series, Spread},
    report::Report,
    target::BenchTarget::{AtLeast, AtMost},
};
use crowd::{CostFigure, CountedCalls, Latency, RunCosts, RunReport};
use std::time::Duration;

/// Returns how fast orders were sold, from the first arrival to the last sale, with the CPU of all
/// services and servers.
pub(crate) fn sold(runs: &[RunReport]) -> Series {
    let mut sold = Series::new("orders sold, first arrival to last sale");
    sold.samples.extend(runs.iter().filter_map(sample));
    sold
}

/// Adds the figures of sales of so many units, with their targets.
pub(super) fn add(report: &mut Report, runs: &[RunReport], units: u32) {
    add_sales(report, runs, units);
    add_cpu(report, runs);
    add_calls(report, runs);
    add_waits(report, runs);
}

fn add_sales(report: &mut Report, runs: &[RunReport], units: u32) {
    let name = "orders sold per second, first arrival to last sale";
    report.figure(name, sold(runs).rate(), Some(AtLeast(550.0)));
    let busiest = spread(runs, |run| Some(run.sales.busiest_per_second() as f64));
    report.figure("orders sold in the busiest second", busiest, None);
    let n_sold = spread(runs, |run| Some(run.paid as f64));
    report.figure("orders sold", n_sold, Some(AtLeast(f64::from(units))));
    let retries = spread(runs, |run| Some(run.retries as f64));
    report.figure("calls that had to be repeated", retries, None);
}

fn add_cpu(report: &mut Report, runs: &[RunReport]) {
    let name = |what: &str| format!("CPU per sold order, ms: {what}");
    let whole = spread(runs, |run| per_sold(stack_cpu_ms(&run.costs)));
    report.figure(name("all services and servers"), whole, Some(AtMost(2.5)));
    // Every run lists the same ones.
    for service in runs.iter().take(1).flat_map(|run| run.costs.cpu_ms.keys()) {
        let cpu = spread(runs, |run| per_sold(run.costs.cpu_ms.get(service).copied().flatten()));
        let target = (service == "postgres").then_some(AtMost(0.6));
        report.figure(name(service), cpu, target);
    }
    let client = spread(runs, |run| per_sold(run.costs.client_cpu_ms));
    report.figure(name("the crowd, left out of the sum"), client, None);
}

fn add_calls(report: &mut Report, runs: &[RunReport]) {
    let statements = spread(runs, |run| per_sold(postgres_statements(&run.costs)));
    report.figure("Postgres statements per sold order", statements, None);
    let commands = spread(runs, |run| per_sold(run.costs.redis_commands));
    report.figure("Redis commands per sold order, those in scripts included", commands, None);
}

fn add_waits(report: &mut Report, runs: &[RunReport]) {
    for (name, measured, p50, p99) in [
        ("let in to paid, ms", "admission to paid", Some(AtMost(2_000.0)), None),
        ("join, ms", "join request", None, Some(AtMost(1_000.0))),
    ] {
        let of = |quantile: fn(&Latency) -> f64| {
            spread(runs, |run| run.latencies.get(measured).map(quantile))
        };
        report.figure(format!("{name}: p50"), of(|latency| latency.p50_ms), p50);
        report.figure(format!("{name}: p99"), of(|latency| latency.p99_ms), p99);
    }
}

fn sample(run: &RunReport) -> Option<Sample> {
    let cpu = stack_cpu_ms(&run.costs);
    let cpu = cpu.map(|cpu| Duration::from_secs_f64(cpu.total / 1_000.0));
    let n_sold = usize::try_from(run.paid).ok()?;
    Some(Sample::new(n_sold, Duration::from_millis(run.last_sale_ms?), cpu))
}

/// The sum of all services and servers. Without one of them it would look better than it is.
fn stack_cpu_ms(costs: &RunCosts) -> Option<CostFigure> {
    costs.stack_cpu_ms.filter(|_| costs.cpu_ms.values().all(Option::is_some))
}

/// Transactions, which are counted where the module is missing, are not statements.
fn postgres_statements(costs: &RunCosts) -> Option<CostFigure> {
    let are_statements = costs.postgres_counted == Some(CountedCalls::Statements);
    costs.postgres_calls.filter(|_| are_statements)
}

fn per_sold(figure: Option<CostFigure>) -> Option<f64> {
    figure?.per_sold
}

fn spread(runs: &[RunReport], value: impl Fn(&RunReport) -> Option<f64>) -> Spread {
    Spread::of_measured(runs.iter().map(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    const FIGURE: CostFigure = CostFigure { total: 8.0, per_sold: Some(2.0) };

    #[test]
    fn a_sum_that_lacks_a_server_is_not_measured() {
        let cpu_ms = BTreeMap::from([("postgres".to_owned(), Some(FIGURE))]);
        let mut costs = RunCosts { cpu_ms, stack_cpu_ms: Some(FIGURE), ..RunCosts::default() };
        assert_eq!(stack_cpu_ms(&costs), Some(FIGURE));
        costs.cpu_ms.insert("kafka".to_owned(), None);
        assert_eq!(stack_cpu_ms(&costs), None);
    }

    #[test]
    fn transactions_are_not_taken_for_statements() {
        let counted = |counted| RunCosts {
            postgres_calls: Some(FIGURE),
            postgres_counted: Some(counted),
            ..RunCosts::default()
        };
        let statements = counted(CountedCalls::Statements);
        assert_eq!(per_sold(postgres_statements(&statements)), Some(2.0));
        assert_eq!(postgres_statements(&counted(CountedCalls::Transactions)), None);
    }
}
