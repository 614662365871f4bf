//! The check: what happened, read from outside, against every invariant.
//!
//! Nothing here asks a service. [`load`] gathers the history, one snapshot of Postgres, the
//! topics and the provider's ledger into an [`Evidence`]; each rule is a pure function of it, so
//! a test can hand it a broken one and see it fail.
//!
//! - [`evidence`], [`rows`]: what the rules look at
//! - [`load`]: history, Postgres, Kafka and ledger into evidence
//! - [`room`]: the line as the log of room events tells it, by an unbroken `chain`
//! - [`lives`]: one ticket's way through it
//! - `rules`: one function per invariant
//! - [`verdict`], [`report`]: what came of it

mod chain;
pub mod evidence;
pub mod lives;
pub mod load;
pub mod options;
pub mod report;
pub mod room;
pub mod rows;
mod rules;
pub mod verdict;

pub use evidence::Evidence;
pub use options::CheckOptions;
pub use report::CheckReport;
pub use verdict::Verdict;

/// Waits until the system has settled, gathers the evidence and judges it.
///
/// # Errors
///
/// Returns an error when a source cannot be read. A violation is part of the report.
pub async fn check(options: CheckOptions) -> anyhow::Result<CheckReport> {
    let evidence = load::evidence(&options).await?;
    Ok(judge(&evidence))
}

/// Judges evidence that is at hand.
#[must_use]
pub fn judge(evidence: &Evidence) -> CheckReport {
    let room = room::Room::replay(&evidence.events, &evidence.commands);
    CheckReport::new(evidence, rules::all(evidence, &room))
}
