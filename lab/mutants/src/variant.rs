//! What a service is built with.

use crate::{
    mutant::{Mutant, ServiceBinary, Term},
    novelty::Novelty,
    patch::{Patch, Texts},
};
use anyhow::{Context, ensure};
use std::{collections::BTreeSet, fmt, path::Path};

/// A service, and the changes that it is built with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceVariant {
    service: ServiceBinary,
    mutant: Option<Mutant>,
    terms: &'static [Term],
    /// All of them, or none: a release is not made in parts.
    novelties: &'static [Novelty],
}

impl ServiceVariant {
    /// The worker as it is.
    pub const PLAIN: Self = Self::worker(&[]);

    /// The right worker under these terms, with which a mutant is compared.
    #[must_use]
    pub const fn worker(terms: &'static [Term]) -> Self {
        Self { service: ServiceBinary::Worker, mutant: None, terms, novelties: &[] }
    }

    /// A wrong service, under the terms of its mutant.
    #[must_use]
    pub const fn mutated(mutant: Mutant) -> Self {
        let (service, terms) = (mutant.service(), mutant.terms());
        Self { service, mutant: Some(mutant), terms, novelties: &[] }
    }

    /// A binary of the next release.
    #[must_use]
    pub const fn of_next_release(service: ServiceBinary) -> Self {
        Self { service, mutant: None, terms: &[], novelties: Novelty::ALL }
    }

    /// Returns what runs in a mutant's trial: the wrong service, and the worker, which a gap may be
    /// needed of.
    #[must_use]
    pub fn of_trial(mutant: Mutant) -> Vec<Self> {
        match mutant.service() {
            ServiceBinary::Worker => vec![Self::mutated(mutant)],
            ServiceBinary::Admission
            | ServiceBinary::StorefrontApi
            | ServiceBinary::Sluice
            | ServiceBinary::Crowd => vec![Self::worker(mutant.terms()), Self::mutated(mutant)],
        }
    }

    /// Returns every variant that a trial or its control runs, each once.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::PLAIN];
        for &mutant in Mutant::ALL {
            for variant in [Self::worker(mutant.terms()), Self::mutated(mutant)] {
                if !all.contains(&variant) {
                    all.push(variant);
                }
            }
        }
        all
    }

    /// Returns whose binary it is.
    #[must_use]
    pub const fn service(self) -> ServiceBinary {
        self.service
    }

    /// Returns the files that differ from the tree at `root`. The mutant's changes come before
    /// those of its terms, so it is known to apply without them.
    pub(crate) fn changed_files(self, root: &Path) -> anyhow::Result<Texts> {
        let mut texts = Texts::new();
        let mutant = self.mutant.map(|mutant| mutant.to_string());
        let terms = self.terms.iter().map(|term| format!("terms/{term}"));
        let novelties = self.novelties.iter().map(|novelty| format!("upgrade/{novelty}"));
        for name in mutant.into_iter().chain(terms).chain(novelties) {
            let patch = Patch::read(root, &name)?;
            patch.apply(root, &mut texts).with_context(|| format!("{name} no longer applies"))?;
        }
        Ok(texts)
    }
}

/// The name of what it is built with; no other variant has it.
impl fmt::Display for ServiceVariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.novelties.is_empty() {
            return write!(f, "next/{}", self.service);
        }
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

/// Checks that every mutant, every term and the next release still apply to the tree at `root`.
///
/// # Errors
///
/// Returns all that do not, with the text that was not found exactly once.
pub fn check_all(root: &Path) -> anyhow::Result<()> {
    // Its changes are the same for each of its binaries.
    let next_release = ServiceVariant::of_next_release(ServiceBinary::Worker);
    let failures: BTreeSet<String> = ServiceVariant::all()
        .iter()
        .chain([&next_release])
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
    fn every_mutant_and_the_next_release_still_apply() {
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
        let novelties: BTreeSet<String> = Novelty::ALL.iter().map(ToString::to_string).collect();
        assert_eq!(data_files(&folder.join("upgrade")), novelties);
    }

    #[test]
    fn no_two_variants_share_a_name() {
        let next_release = ServiceBinary::ALL.iter().copied().map(ServiceVariant::of_next_release);
        let all: Vec<_> = ServiceVariant::all().into_iter().chain(next_release).collect();
        let names: BTreeSet<String> = all.iter().map(ToString::to_string).collect();
        assert_eq!(names.len(), all.len());
        assert!(names.contains("plain") && names.contains("no_reproduce"));
    }

    #[test]
    fn what_a_trial_runs_is_among_all() {
        let all = ServiceVariant::all();
        for variant in Mutant::ALL.iter().flat_map(|mutant| ServiceVariant::of_trial(*mutant)) {
            assert!(all.contains(&variant), "{variant}");
        }
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
