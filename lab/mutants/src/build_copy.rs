//! A copy of the tree in which one variant after the other is built.

use crate::{
    mutant::ServiceBinary,
    tree::{self, Files},
    variant::ServiceVariant,
};
use anyhow::{Context, ensure};
use stack::{output_of, paths};
use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::PathBuf,
};
use tokio::{process::Command, sync::Mutex};

/// A build is of low priority: tests run meanwhile.
const WITH_LOW_PRIORITY: [&str; 3] = ["-n", "19", "cargo"];

/// Out of the whole workspace, whichever binary is wanted: dependencies have the features then that the
/// workspace has built them with, and are not compiled again. The worker has its pause points.
const BUILD: [&str; 8] = [
    "build",
    "--quiet",
    "--workspace",
    "--features=worker/pausepoints",
    // Compiling takes longer than a trial's small crowd.
    "--config=profile.dev.opt-level=0",
    "--config=profile.dev.debug=false",
    // What cargo does by default, and its build script, which is the one thing of ours that has the
    // same profile here, is not taken for the workspace's.
    "--config=profile.dev.package.storefront-api.codegen-units=256",
    "--bin",
];

/// There is one tree, whoever builds in it.
static TREE: Mutex<()> = Mutex::const_new(());

/// A copy of the workspace, whose binaries have a folder of their own, so that building wrong services
/// never disturbs the right ones. What is not ours is taken from the workspace's target folder as it
/// is there; of what is ours, only what differs between two variants is compiled again.
#[derive(Debug)]
pub struct BuildCopy {
    root: PathBuf,
    tree: PathBuf,
    target: PathBuf,
    dependencies: PathBuf,
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
        let worker = paths::built_binary("worker")?;
        let dependencies = worker.ancestors().nth(2).context("binaries are in a target folder")?;
        Ok(Self {
            root: paths::workspace_root(),
            tree: folder.join("tree"),
            target: folder.join("target"),
            dependencies: dependencies.to_owned(),
            binaries: worker.with_file_name("mutants"),
        })
    }

    /// Returns the binary of a variant, built unless it is there and the tree has not changed. Its
    /// file has the service's name. One is built at a time; who asks meanwhile waits.
    ///
    /// # Errors
    ///
    /// Returns an error if the variant no longer applies or cannot be compiled.
    pub async fn binary(&self, variant: ServiceVariant) -> anyhow::Result<PathBuf> {
        let _tree = TREE.lock().await;
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
        let mut build = Command::new("nice");
        build
            .args(WITH_LOW_PRIORITY)
            .args(BUILD)
            .arg(service.as_str())
            .current_dir(&self.tree)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_BUILD_BUILD_DIR", &self.dependencies)
            // The next variant is nearly the same, also where nothing else is built twice.
            .env("CARGO_INCREMENTAL", "1")
            .kill_on_drop(true);
        let built = output_of(&mut build).await.context("cannot run cargo")?;
        ensure!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        Ok(self.target.join("debug").join(service.as_str()))
    }
}

fn fingerprint(files: &Files) -> String {
    let mut hasher = DefaultHasher::new();
    files.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_build_script_of_ours_is_built_as_the_workspace_builds_it() {
        let root = paths::workspace_root();
        let folders =
            [root.join("lab"), root].map(|folder| fs::read_dir(folder).expect("a folder"));
        for entry in folders.into_iter().flatten() {
            let entry = entry.expect("an entry");
            let name = entry.file_name().to_string_lossy().into_owned();
            let own = format!("--config=profile.dev.package.{name}.");
            let has_own = BUILD.iter().any(|word| word.starts_with(&own));
            assert!(has_own || !entry.path().join("build.rs").exists(), "{name} needs `{own}`");
        }
    }
}
