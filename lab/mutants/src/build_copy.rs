//! A copy of the tree in which one variant after the other is built.

use crate::{
    tree::{self, Files},
    variant::WorkerVariant,
};
use anyhow::{Context, ensure};
use stack::paths;
use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::PathBuf,
    process::Stdio,
};
use tokio::process::Command;

/// The worker alone, with its pause points.
const BUILD: [&str; 7] =
    ["build", "-p", "worker", "--bin=worker", "--features", "worker/pausepoints", "--quiet"];

/// A copy of the workspace with a target folder of its own, so that building wrong workers never
/// disturbs the right ones. Only what differs between two variants is compiled again.
#[derive(Debug)]
pub struct BuildCopy {
    root: PathBuf,
    tree: PathBuf,
    target: PathBuf,
    workers: PathBuf,
}

impl BuildCopy {
    /// The copy of the workspace this was built in, with the finished workers in a folder
    /// `mutants` beside the workspace's own binaries.
    ///
    /// # Errors
    ///
    /// Returns an error if the workspace's own worker was not built.
    pub fn of_workspace() -> anyhow::Result<Self> {
        let folder = paths::sluice_dir().join("mutants");
        Ok(Self {
            root: paths::workspace_root(),
            tree: folder.join("tree"),
            target: folder.join("target"),
            workers: paths::built_binary("worker")?.with_file_name("mutants"),
        })
    }

    /// Returns the worker of a variant, built unless it is there and the tree has not changed.
    ///
    /// # Errors
    ///
    /// Returns an error if the variant no longer applies or cannot be compiled.
    pub async fn worker(&self, variant: WorkerVariant) -> anyhow::Result<PathBuf> {
        let mut files = tree::read(&self.root).await?;
        for (path, text) in variant.changed_files(&self.root)? {
            files.insert(path, text.into_bytes());
        }
        let folder = self.workers.join(variant.to_string());
        let (worker, stamp) = (folder.join("worker"), folder.join("built_from"));
        let built_from = fingerprint(&files);
        if worker.is_file() && fs::read_to_string(&stamp).is_ok_and(|found| found == built_from) {
            return Ok(worker);
        }
        tree::write(&self.tree, &files).context("cannot copy the tree")?;
        self.build().await.with_context(|| format!("cannot build the worker of {variant}"))?;
        // Without its stamp a worker that was copied in part is built again.
        let _ = fs::remove_file(&stamp);
        fs::create_dir_all(&folder)?;
        fs::copy(self.target.join("debug/worker"), &worker).context("cannot keep the worker")?;
        fs::write(&stamp, built_from)?;
        Ok(worker)
    }

    /// Builds the worker as the copy has it; what the compiler says is shown only if it fails.
    async fn build(&self) -> anyhow::Result<()> {
        let built = Command::new("cargo")
            .args(BUILD)
            .current_dir(&self.tree)
            .env("CARGO_TARGET_DIR", &self.target)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .context("cannot run cargo")?;
        ensure!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        Ok(())
    }
}

fn fingerprint(files: &Files) -> String {
    let mut hasher = DefaultHasher::new();
    files.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
