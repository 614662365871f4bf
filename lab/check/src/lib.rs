//! Judges a run from outside: what happened, against every invariant.
//!
//! Nothing here asks a service how it did. [`check()`] gathers the history of what shoppers saw,
//! how others were answered who asked for the drop's things, one snapshot of Postgres, the topics,
//! the drop's keys in Redis and the payment provider's ledger into an [`Evidence`]. Each rule is a
//! pure function of it, so a test can break a sound run and see the rule fail.
//!
//! | module | holds |
//! |---|---|
//! | [`history`] | what shoppers saw, one JSON line each: its form, its writer, its reader |
//! | [`faults`] | what was broken on purpose, and when |
//! | [`probes`] | who asked for another seller's things, and how they were answered |
//! | `json_lines` | the form of both files |
//! | `options`, `requirement` | where the evidence is, and what a run must show |
//! | `load` | history, Postgres, Kafka, Redis and ledger into evidence |
//! | [`evidence`], `rows`, `owner`, `story` | what the rules look at |
//! | `replay` | the line as its log tells it, by an unbroken `chain` |
//! | `lives` | one ticket's way through the line |
//! | `excuses` | what a loss of Redis excuses, counted |
//! | `slots` | how well the places for those who are let in were used |
//! | `rules` | one function per invariant |
//! | `verdict`, `report` | what the rules found |

mod chain;
pub mod evidence;
mod excuses;
pub mod faults;
pub mod history;
mod json_lines;
mod lives;
mod load;
mod options;
mod owner;
pub mod probes;
mod replay;
mod report;
mod requirement;
mod rows;
mod rules;
mod slots;
mod story;
mod verdict;

pub use evidence::Evidence;
pub use excuses::Excuses;
pub use options::CheckOptions;
pub use report::{CheckReport, Judgement};
pub use requirement::Requirement;
pub use slots::SlotUse;
pub use verdict::Verdict;

/// Waits until the system has settled, gathers the evidence and judges it.
///
/// # Errors
///
/// Returns an error when a source cannot be read. A violation is part of the report.
pub async fn check(options: CheckOptions) -> anyhow::Result<CheckReport> {
    let evidence = load::evidence(&options).await?;
    let CheckOptions { required, max_excused, max_unexpected, min_slot_use, .. } = &options;
    let report = judge(&evidence).held_to(required, *max_excused, *max_unexpected);
    Ok(report.held_to_slot_use(*min_slot_use))
}

/// Judges evidence that has been gathered already.
#[must_use]
pub fn judge(evidence: &Evidence) -> CheckReport {
    let room = replay::RoomReplay::of(evidence);
    let verdicts = rules::all(evidence, &room);
    let (excuses, slot_use) = (Excuses::of(evidence, &room), SlotUse::of(evidence, &room));
    CheckReport::new(evidence, verdicts, excuses, slot_use)
}
