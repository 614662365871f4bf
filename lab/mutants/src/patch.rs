//! A data file: for each change, text that stands exactly once in a file, and what replaces it; and
//! files that the tree does not have.

use anyhow::{Context, ensure};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, btree_map::Entry},
    fs,
    path::{Path, PathBuf},
};

/// Where the data files are, from the workspace's folder.
const FOLDER: &str = "lab/mutants";

/// Changed files, by their path from the workspace's folder.
pub(crate) type Texts = BTreeMap<PathBuf, String>;

/// What a data file holds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Patch {
    changes: Vec<Change>,
    #[serde(default)]
    additions: Vec<Addition>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    file: PathBuf,
    find: String,
    replace: String,
}

/// A new file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Addition {
    file: PathBuf,
    text: String,
}

impl Patch {
    /// Reads the data file of this name, which has no ending: `auto_commit`.
    pub(crate) fn read(root: &Path, name: &str) -> anyhow::Result<Self> {
        let path = root.join(FOLDER).join(name).with_extension("toml");
        let text = read(&path)?;
        toml::from_str(&text).with_context(|| format!("malformed: {}", path.display()))
    }

    /// Applies the changes in order to `texts`, in which a file that is not there yet is read first,
    /// and puts the new files beside them.
    pub(crate) fn apply(&self, root: &Path, texts: &mut Texts) -> anyhow::Result<()> {
        self.changes.iter().try_for_each(|change| change.apply(root, texts))?;
        self.additions.iter().try_for_each(|addition| addition.apply(root, texts))
    }
}

impl Change {
    fn apply(&self, root: &Path, texts: &mut Texts) -> anyhow::Result<()> {
        let text = match texts.entry(self.file.clone()) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(read(&root.join(&self.file))?),
        };
        let n_found = text.matches(&self.find).count();
        ensure!(
            n_found == 1,
            "{} has this text {n_found} times instead of once:\n{}",
            self.file.display(),
            self.find
        );
        *text = text.replacen(&self.find, &self.replace, 1);
        Ok(())
    }
}

impl Addition {
    fn apply(&self, root: &Path, texts: &mut Texts) -> anyhow::Result<()> {
        let is_new = !texts.contains_key(&self.file) && !root.join(&self.file).exists();
        ensure!(is_new, "{} is there already", self.file.display());
        texts.insert(self.file.clone(), self.text.clone());
        Ok(())
    }
}

fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Applies changes of `(find, replace)` to a file with this text.
    fn changed(text: &str, changes: &[(&str, &str)]) -> anyhow::Result<String> {
        let file = PathBuf::from("queue/src/lib.rs");
        let mut texts = Texts::from([(file.clone(), text.to_owned())]);
        let change = |(find, replace): &(&str, &str)| Change {
            file: file.clone(),
            find: (*find).to_owned(),
            replace: (*replace).to_owned(),
        };
        let changes = changes.iter().map(change).collect();
        let patch = Patch { changes, additions: Vec::new() };
        patch.apply(Path::new("."), &mut texts)?;
        Ok(texts.remove(&file).expect("the file"))
    }

    #[test]
    fn changes_apply_in_order() {
        let text = changed("lock();\nwrite();\n", &[("lock();\n", ""), ("write", "late_write")]);
        assert_eq!(text.expect("both apply"), "late_write();\n");
    }

    #[test]
    fn text_that_stands_nowhere_or_twice_is_refused() {
        for (find, n_found) in [("lock", 0), ("write", 2)] {
            let error = changed("write(); write();", &[(find, "")]).expect_err("no single place");
            assert!(error.to_string().contains(&format!("{n_found} times")), "{error}");
        }
    }

    #[test]
    fn a_new_file_takes_the_place_of_none() {
        let root = stack::paths::workspace_root();
        let added = |file: &str| {
            let addition = Addition { file: file.into(), text: "new".to_owned() };
            let mut texts = Texts::from([("lib.rs".into(), "old".to_owned())]);
            addition.apply(&root, &mut texts).map(|()| texts)
        };
        let texts = added("new_file.rs").expect("nothing is there");
        assert_eq!(texts[Path::new("new_file.rs")], "new");
        for taken in ["lib.rs", "Cargo.toml"] {
            let error = added(taken).expect_err("the file is there");
            assert!(error.to_string().contains("is there already"), "{error}");
        }
    }

    #[test]
    fn data_files_keep_lines_as_they_are() {
        let text = "[[changes]]\nfile = 'a.rs'\nfind = '''\n    lock();\n'''\nreplace = ''\n";
        let patch: Patch = toml::from_str(text).expect("a data file");
        assert_eq!(patch.changes[0].find, "    lock();\n");
    }
}
