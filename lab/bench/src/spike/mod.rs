//! A whole sale at full speed: everybody comes within seconds, everybody pays, and the drop
//! lets them in as fast as they come.
//!
//! Unlike the other benchmarks this one has no baseline: its figures have targets of their own. The
//! crowd is a part of this process, so its CPU is counted apart from that of services and servers.
//!
//! | module | holds |
//! |---|---|
//! | `options` | how large a sale is, and what its crowd does |
//! | `figures` | what the crowd's reports say, with targets |

mod figures;
mod options;

use crate::{installation::Installation, machine::Machine, options::Options, report::Report};
use crowd::RunReport;
use stack::Env;
use std::time::Duration;

pub(crate) use figures::sold;
pub(crate) use options::SaleSize;

/// What a sale leaves to be done, such as the last events, is done by then and costs the next sale
/// nothing.
const REST: Duration = Duration::from_secs(3);

/// Runs the benchmark.
pub(crate) async fn run(options: &Options, size: &SaleSize) -> anyhow::Result<Report> {
    let mut report = Report::new("spike", options, Machine::describe(&std::env::temp_dir()));
    let runs = sales(options, size).await?;
    figures::add(&mut report, &runs, size.units);
    report.series.push(sold(&runs));
    report.notes.push("CPU is that of all services and servers, in ticks of 10 ms".into());
    report.notes.push("crowd, services and servers share the machine".into());
    Ok(report)
}

/// Runs sales of new drops on one installation, after one of the same size that is not counted.
pub(crate) async fn sales(options: &Options, size: &SaleSize) -> anyhow::Result<Vec<RunReport>> {
    let installation = Installation::start(Env::new()).await?;
    installation.sell(size.run_options()?).await?;
    let mut runs = Vec::with_capacity(options.sales());
    for _ in 0..options.sales() {
        tokio::time::sleep(REST).await;
        runs.push(installation.sell(size.run_options()?).await?);
    }
    Ok(runs)
}
