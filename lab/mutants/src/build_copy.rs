//! A copy of the tree in which one variant after the other is built.

use crate::{
    mutant::ServiceBinary,
    tree::{self, Files},
    variant::ServiceVariant,
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

/// The same packages and features whichever binary is wanted: dependencies are compiled once for all
/// of them. The worker has its pause points.
const BUILD: [&str; 11] = [
    "build",
    "--quiet",
    "--package=worker",
    "--package=admission",
    "--package=storefront-api",
    "--package=cli",
    "--package=crowd",
    "--features=worker/pausepoints",
    // Compiling takes longer than a trial's small crowd.
    "--config=profile.dev.opt-level=0",
    "--config=profile.dev.debug=false",
    "--bin",
];

/// A copy of the workspace with a target folder of its own, so that building wrong services never
/// disturbs the right ones. Only what differs between two variants is compiled again.
#[derive(Debug)]
pub struct BuildCopy {
    root: PathBuf,
    tree: PathBuf,
    target: PathBuf,
    binaries: PathBuf,
}

impl BuildCopy {
    /// The copy of the workspace this was built in, with the finished binaries in a folder
    /// `mutants` beside the workspace's own.
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
            binaries: paths::built_binary("worker")?.with_file_name("mutants"),
        })
    }

    /// Returns the binary of a variant, built unless it is there and the tree has not changed. Its
    /// file has the service's name.
    ///
    /// # Errors
    ///
    /// Returns an error if the variant no longer applies or cannot be compiled.
    pub async fn binary(&self, variant: ServiceVariant) -> anyhow::Result<PathBuf> {
        let mut files = tree::read(&self.root).await?;
        for (path, text) in variant.changed_files(&self.root)? {
            files.insert(path, text.into_bytes());
        }
        let service = variant.service();
        let folder = self.binaries.join(variant.to_string());
        let (binary, stamp) = (folder.join(service.as_str()), folder.join("built_from"));
        let built_from = fingerprint(&files);
        if binary.is_file() && fs::read_to_string(&stamp).is_ok_and(|found| found == built_from) {
            return Ok(binary);
        }
        tree::write(&self.tree, &files).context("cannot copy the tree")?;
        let built = self.build(service).await;
        let built = built.with_context(|| format!("cannot build the {service} of {variant}"))?;
        // Without its stamp a binary that was copied in part is built again.
        let _ = fs::remove_file(&stamp);
        fs::create_dir_all(&folder)?;
        fs::copy(built, &binary).with_context(|| format!("cannot keep the {service}"))?;
        fs::write(&stamp, built_from)?;
        Ok(binary)
    }

    /// Builds a service as the copy has it; what the compiler says is shown only if it fails.
    async fn build(&self, service: ServiceBinary) -> anyhow::Result<PathBuf> {
        let built = Command::new("cargo")
            .args(BUILD)
            .arg(service.as_str())
            .current_dir(&self.tree)
            .env("CARGO_TARGET_DIR", &self.target)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .context("cannot run cargo")?;
        ensure!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        Ok(self.target.join("debug").join(service.as_str()))
    }
}

fn fingerprint(files: &Files) -> String {
    let mut hasher = DefaultHasher::new();
    files.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
