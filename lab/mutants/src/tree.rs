//! The files of the workspace, as they are read there and written to the copy.

use anyhow::{Context, ensure};
use std::{
    collections::BTreeMap,
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};
use tokio::process::Command;

/// Contents, by their path from the tree's folder.
pub(crate) type Files = BTreeMap<PathBuf, Vec<u8>>;

/// Reads what git tracks, and what is new and not ignored.
pub(crate) async fn read(root: &Path) -> anyhow::Result<Files> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .kill_on_drop(true)
        .output()
        .await
        .context("cannot run git")?;
    let complaint = String::from_utf8_lossy(&listed.stderr);
    ensure!(listed.status.success(), "git cannot list the tree: {complaint}");
    let names = String::from_utf8(listed.stdout).context("a file's name is not UTF-8")?;
    let mut files = Files::new();
    for name in names.split_terminator('\0') {
        match fs::read(root.join(name)) {
            Ok(content) => {
                files.insert(name.into(), content);
            }
            // Git lists a file until its removal is staged.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("cannot read {name}")),
        }
    }
    Ok(files)
}

/// Makes a folder hold exactly these files. A file with the right content is left alone: cargo
/// builds again what was written again.
pub(crate) fn write(tree: &Path, files: &Files) -> io::Result<()> {
    fs::create_dir_all(tree)?;
    remove_others(tree, tree, files)?;
    for (path, content) in files {
        let path = tree.join(path);
        if fs::read(&path).is_ok_and(|found| found == *content) {
            continue;
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, content)?;
    }
    Ok(())
}

fn remove_others(folder: &Path, tree: &Path, files: &Files) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            remove_others(&path, tree, files)?;
        } else if path.strip_prefix(tree).is_ok_and(|name| !files.contains_key(name)) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}
