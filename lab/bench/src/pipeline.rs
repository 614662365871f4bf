//! Join to confirmed: a whole sale against its slowest stage alone.
//!
//! Stages are the subjects of other benchmarks, each on a private server and with the machine to
//! itself: joins over HTTP, the order batch, captures settled. They are measured one after the
//! other, and then the sale, so that nothing they leave behind, such as a table to vacuum, costs
//! the sale anything.

use crate::{
    hotrow, join_http,
    machine::Machine,
    measure::{Series, Spread},
    options::Options,
    report::Report,
    settle,
    spike::{self, SaleSize},
    target::BenchTarget::{self, AtLeast},
};

/// Runs the benchmark.
pub(crate) async fn run(options: &Options, size: &SaleSize) -> anyhow::Result<Report> {
    let mut report = Report::new("pipeline", options, Machine::describe(&std::env::temp_dir()));
    let mut stages = [
        join_http::alone(options).await?,
        hotrow::alone(options).await?,
        settle::alone(options).await?,
    ];
    let whole = spike::sold(&spike::sales(options, size).await?);
    for (stage, ratio, target) in compare(&whole, &mut stages) {
        report.figure(format!("a sale's orders per second / {stage}"), ratio, target);
    }
    report.series.extend(stages);
    report.series.push(whole);
    report.notes.push(
        "CPU is that of Postgres for orders and captures, of admission for joins, and of all \
         services and servers for a sale"
            .into(),
    );
    report.notes.push("payment calls and sockets are not measured as stages".into());
    Ok(report)
}

/// Compares the whole with each stage, the slowest one first: only that one has a target.
fn compare<'s>(
    whole: &Series,
    stages: &'s mut [Series],
) -> Vec<(&'s str, Spread, Option<BenchTarget>)> {
    stages.sort_by(|a, b| a.rate().median().total_cmp(&b.rate().median()));
    let ranked = stages.iter().enumerate();
    let figures = ranked.map(|(rank, stage)| {
        let target = (rank == 0).then_some(AtLeast(0.5));
        (stage.name.as_str(), whole.rate_ratio(stage), target)
    });
    figures.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Sample;
    use std::time::Duration;

    fn series(name: &str, per_second: usize) -> Series {
        let sample = Sample::new(per_second, Duration::from_secs(1), None);
        Series { name: name.to_owned(), samples: vec![sample] }
    }

    #[test]
    fn the_slowest_stage_is_the_one_that_counts() {
        let mut stages = [series("joins", 4_000), series("orders", 9_000), series("captures", 800)];
        let figures = compare(&series("sold", 600), &mut stages);
        let names: Vec<&str> = figures.iter().map(|(stage, ..)| *stage).collect();
        assert_eq!(names, ["captures", "joins", "orders"]);
        assert_eq!((figures[0].1.median(), figures[0].2), (0.75, Some(AtLeast(0.5))));
        assert!(figures[1..].iter().all(|(_, _, target)| target.is_none()));
    }
}
