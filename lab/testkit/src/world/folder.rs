//! Where a world keeps its logs, its data and the provider's ledger.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

use anyhow::Context;
use stack::paths;
use uuid::Uuid;

/// A folder of one test's services; kept, and named, if the test fails.
#[derive(Debug)]
pub(super) struct ServicesFolder(PathBuf);

impl ServicesFolder {
    pub(super) fn new() -> Self {
        let folders = paths::sluice_dir().join("test").join("fleets");
        Self(folders.join(Uuid::now_v7().simple().to_string()))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for ServicesFolder {
    fn drop(&mut self) {
        if std::thread::panicking() {
            #[expect(clippy::print_stderr, reason = "tells a failed test where to look")]
            {
                eprintln!("logs of the services: {}", self.0.join("logs").display());
            }
        } else {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}

/// Empties the folder of a test with servers of its own, which stays until the next run.
pub(super) fn emptied(name: &str) -> anyhow::Result<PathBuf> {
    let path = paths::sluice_dir().join("e2e").join(name);
    match std::fs::remove_dir_all(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot empty {}", path.display()))
        }
        _ => Ok(path),
    }
}
