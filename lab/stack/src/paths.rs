//! Where things are: the workspace, its `.sluice` folder, built binaries.

use std::path::{Path, PathBuf};

use crate::StackError;

/// The folder of the workspace this was built in.
pub fn workspace_root() -> PathBuf {
    let manifest_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest_dir.ancestors().nth(2).unwrap_or(manifest_dir).to_path_buf()
}

/// The folder for everything that runs leave behind: data, logs, secrets and Kafka's jars.
pub fn sluice_dir() -> PathBuf {
    workspace_root().join(".sluice")
}

/// Finds a binary of ours beside the running one, which may be a test.
///
/// # Errors
///
/// Returns [`StackError::BinaryMissing`] if it was not built.
pub fn built_binary(name: &str) -> Result<PathBuf, StackError> {
    let current =
        std::env::current_exe().map_err(StackError::file("find", "the running binary"))?;
    let mut folder = current.parent().unwrap_or(Path::new("."));
    if folder.ends_with("deps") || folder.ends_with("examples") {
        folder = folder.parent().unwrap_or(folder);
    }
    let path = folder.join(name);
    if path.is_file() { Ok(path) } else { Err(StackError::BinaryMissing { path }) }
}

/// Finds a program of the system in `PATH` or one of `more_folders`.
pub(crate) fn find_program(name: &str, more_folders: &[PathBuf]) -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "PATH is the system's, not a setting of ours")]
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(more_folders.iter().cloned())
        .map(|folder| folder.join(name))
        .find(|candidate| candidate.is_file())
}
