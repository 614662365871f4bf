//! How a benchmark is run.

use std::path::PathBuf;

/// What all benchmarks are told.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// Short rounds: a first look, not a figure to keep.
    #[arg(long, global = true)]
    pub(crate) quick: bool,
    /// Where the JSON goes.
    #[arg(long, global = true)]
    pub(crate) out: Option<PathBuf>,
    /// Rounds of baseline and subject: 7 by default, 3 with --quick. Of whole sales: 3, or 1.
    #[arg(long, global = true, visible_alias = "runs")]
    rounds: Option<usize>,
}

impl Options {
    /// How many rounds, at least 1.
    pub(crate) fn rounds(&self) -> usize {
        self.rounds.unwrap_or(if self.quick { 3 } else { 7 }).max(1)
    }

    /// How many whole sales are measured, at least 1: each takes longer than a round.
    pub(crate) fn sales(&self) -> usize {
        self.rounds.unwrap_or(if self.quick { 1 } else { 3 }).max(1)
    }

    /// `quick` in a quick run, else `full`.
    pub(crate) const fn pick<T: Copy>(&self, quick: T, full: T) -> T {
        if self.quick { quick } else { full }
    }
}
