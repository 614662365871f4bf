//! What a worker is built with.

use crate::patch::{Patch, Texts};
use anyhow::{Context, ensure};
use shared::text_enum;
use std::{collections::BTreeSet, fmt, path::Path};

text_enum! {
    /// A step done the way that loses, doubles or oversells; the text names its data file.
    Mutant {
        /// The drain takes tickets out of the line and forgets them until Kafka has them.
        PopThenProduce = "pop_then_produce",
        /// The processor's offset moves on before the work is done.
        AutoCommit = "auto_commit",
        /// Nothing keeps a ticket from having two orders.
        NoUniqueTicket = "no_unique_ticket",
        /// Admission counts within fixed seconds.
        FixedWindow = "fixed_window",
        /// Stock is read, then written, without a lock between.
        ReadThenWrite = "read_then_write",
        /// Orders are written whether or not there was stock for them.
        BlindInsert = "blind_insert",
    }
}

text_enum! {
    /// What a mutant and its control have in common; the text names its data file in `terms/`.
    Term {
        /// ADMIT does not look at the stock.
        NoStockTerm = "no_stock_term",
        /// The reconciler produces nothing again.
        NoReproduce = "no_reproduce",
        /// The drain produces each command twice, as an at-least-once producer may.
        ProduceTwice = "produce_twice",
    }
}

impl Mutant {
    /// The terms under which this mutant does harm; its control runs under them as well.
    const fn terms(self) -> &'static [Term] {
        match self {
            Self::AutoCommit => &[Term::NoReproduce],
            Self::NoUniqueTicket => &[Term::ProduceTwice],
            Self::ReadThenWrite | Self::BlindInsert => &[Term::NoStockTerm],
            Self::PopThenProduce | Self::FixedWindow => &[],
        }
    }
}

/// The changes that a worker is built with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkerVariant {
    mutant: Option<Mutant>,
    terms: &'static [Term],
}

impl WorkerVariant {
    /// The worker as it is.
    pub const PLAIN: Self = Self { mutant: None, terms: &[] };

    /// A wrong worker, under its terms.
    #[must_use]
    pub const fn mutated(mutant: Mutant) -> Self {
        Self { mutant: Some(mutant), terms: mutant.terms() }
    }

    /// The right worker that a mutant is compared with, under the same terms.
    #[must_use]
    pub const fn control(mutant: Mutant) -> Self {
        Self { mutant: None, terms: mutant.terms() }
    }

    /// Returns every variant that a trial runs, each once.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::PLAIN];
        for &mutant in Mutant::ALL {
            for variant in [Self::control(mutant), Self::mutated(mutant)] {
                if !all.contains(&variant) {
                    all.push(variant);
                }
            }
        }
        all
    }

    /// Returns the files that differ from the tree at `root`. The mutant's changes come before
    /// those of its terms, so it is known to apply without them.
    pub(crate) fn changed_files(&self, root: &Path) -> anyhow::Result<Texts> {
        let mut texts = Texts::new();
        let mutant = self.mutant.map(|mutant| mutant.to_string());
        let terms = self.terms.iter().map(|term| format!("terms/{term}"));
        for name in mutant.into_iter().chain(terms) {
            let patch = Patch::read(root, &name)?;
            patch.apply(root, &mut texts).with_context(|| format!("{name} no longer applies"))?;
        }
        Ok(texts)
    }
}

impl fmt::Display for WorkerVariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.mutant, self.terms) {
            (Some(mutant), _) => f.write_str(mutant.as_str()),
            (None, []) => f.write_str("plain"),
            (None, terms) => {
                let names: Vec<_> = terms.iter().map(|term| term.as_str()).collect();
                f.write_str(&names.join("+"))
            }
        }
    }
}

/// Checks that every mutant and every term still applies to the tree at `root`.
///
/// # Errors
///
/// Returns all that do not, with the text that was not found exactly once.
pub fn check_all(root: &Path) -> anyhow::Result<()> {
    let failures: BTreeSet<String> = WorkerVariant::all()
        .iter()
        .filter_map(|variant| variant.changed_files(root).err())
        .map(|error| format!("{error:#}"))
        .collect();
    ensure!(failures.is_empty(), "{}", Vec::from_iter(failures).join("\n"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn every_mutant_still_applies() {
        if let Err(error) = check_all(&stack::paths::workspace_root()) {
            panic!("lab/mutants must follow the code:\n{error}");
        }
    }

    #[test]
    fn every_data_file_has_a_name() {
        let folder = stack::paths::workspace_root().join("lab/mutants");
        let mutants: BTreeSet<String> = Mutant::ALL.iter().map(ToString::to_string).collect();
        assert_eq!(data_files(&folder), mutants);
        let terms: BTreeSet<String> = Term::ALL.iter().map(ToString::to_string).collect();
        assert_eq!(data_files(&folder.join("terms")), terms);
    }

    #[test]
    fn no_two_variants_share_a_name() {
        let names: BTreeSet<String> =
            WorkerVariant::all().iter().map(ToString::to_string).collect();
        assert_eq!(names.len(), WorkerVariant::all().len());
        assert!(names.contains("plain") && names.contains("no_reproduce"));
    }

    fn data_files(folder: &Path) -> BTreeSet<String> {
        let paths = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("one").path());
        paths
            .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
            .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
            .filter(|name| name != "Cargo")
            .collect()
    }
}
