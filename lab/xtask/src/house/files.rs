//! Files of the workspace; what is built, installed or hidden is left out.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;
use walkdir::{DirEntry, WalkDir};

/// Folders that hold nothing we wrote.
const SKIPPED: [&str; 3] = ["target", "node_modules", "dist"];

/// Lists the files below a folder that end in one of `extensions`, in order.
pub(crate) fn below(folder: &Path, extensions: &[&str]) -> anyhow::Result<Vec<PathBuf>> {
    let entries = WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !is_skipped(entry.file_name()));
    let mut files = Vec::new();
    for entry in entries {
        let entry = entry.with_context(|| format!("cannot list {}", folder.display()))?;
        if is_wanted(&entry, extensions) {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

/// Lists the names of a folder's own folders, in order.
pub(crate) fn folders_in(folder: &Path) -> anyhow::Result<Vec<String>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() && !is_skipped(&entry.file_name()) {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Reads a text file.
pub(crate) fn text(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn is_wanted(entry: &DirEntry, extensions: &[&str]) -> bool {
    let extension = entry.path().extension().and_then(OsStr::to_str);
    entry.file_type().is_file() && extension.is_some_and(|found| extensions.contains(&found))
}

fn is_skipped(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with('.') || SKIPPED.contains(&name.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_and_built_folders_are_left_out() {
        let root = tempfile::tempdir().expect("a folder");
        for folder in ["src", "target", ".git"] {
            fs::create_dir(root.path().join(folder)).expect("a folder");
            fs::write(root.path().join(folder).join("a.rs"), "").expect("a file");
        }
        fs::write(root.path().join("src/a.toml"), "").expect("a file");
        let found = below(root.path(), &["rs"]).expect("files");
        assert_eq!(found, [root.path().join("src/a.rs")]);
        assert_eq!(folders_in(root.path()).expect("folders"), ["src"]);
    }
}
