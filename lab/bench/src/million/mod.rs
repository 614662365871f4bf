//! A line of a million: what it costs those who join and are let in, in memory, and when it is lost.
//!
//! | module | measures |
//! |---|---|
//! | `calls` | joins and admissions against those of a line of ten thousand; bytes per waiter |
//! | `reading` | a snapshot, and how long it keeps others waiting |
//! | `rebuild` | the line brought back after Redis has lost everything |

mod calls;
mod reading;
mod rebuild;

use crate::{machine::Machine, options::Options, report::Report};

/// Runs the benchmark.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Report> {
    let mut report = Report::new("million", options, Machine::describe(&std::env::temp_dir()));
    let n = options.pick(100_000, 1_000_000);
    calls::compare(options, n, &mut report).await?;
    rebuild::measure(options, n, &mut report).await?;
    Ok(report)
}
