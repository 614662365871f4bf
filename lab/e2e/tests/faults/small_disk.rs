//! A disk that can be filled: a file system in memory that has the data of one server.

use anyhow::{Context, bail, ensure};
use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{ErrorKind, Write},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};
use tokio::process::Command;

const BLOCK: [u8; 4_096] = [0; 4_096];
/// More blocks than the largest disk of a test has.
const MAX_BLOCKS: usize = 1 << 18;

/// A mounted disk. It is unmounted when it is dropped: after the server whose data it has.
pub(crate) struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts a disk of so many MiB. Where that is not allowed, nothing can be checked: that is said
    /// loudly, and there is none.
    pub(crate) async fn mount(name: &str, mib: u32) -> anyhow::Result<Option<Self>> {
        let path = std::env::temp_dir().join(format!("sluice-disk-{name}"));
        // Of a run that was killed.
        let _ = run("umount", [OsStr::new("--lazy"), path.as_os_str()]).await;
        fs::create_dir_all(&path)?;
        let options = format!("size={mib}m,mode=0755");
        let words = ["-t", "tmpfs", "-o", options.as_str(), "tmpfs"].map(OsStr::new);
        match run("mount", words.into_iter().chain([path.as_os_str()])).await {
            Ok(()) => Ok(Some(Self(path))),
            Err(error) => {
                println!("!!!! NOT CHECKED HERE: what happens when the disk of {name} is full");
                println!("!!!! no disk can be mounted on this machine: {error:#}");
                let _ = fs::remove_dir(&path);
                Ok(None)
            }
        }
    }

    /// Moves a folder of a stopped server onto this disk, and leaves a link in its place.
    pub(crate) async fn take_over(&self, folder: &Path) -> anyhow::Result<()> {
        let here = self.0.join("data");
        run("cp", [OsStr::new("--archive"), folder.as_os_str(), here.as_os_str()]).await?;
        fs::remove_dir_all(folder)?;
        symlink(&here, folder).with_context(|| format!("cannot link {}", folder.display()))
    }

    /// Leaves no byte free.
    pub(crate) fn fill(&self) -> anyhow::Result<()> {
        let mut filler = File::create(self.filler())?;
        for _ in 0..MAX_BLOCKS {
            match filler.write_all(&BLOCK) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => return Ok(()),
                Err(error) => return Err(error).context("cannot fill the disk"),
            }
        }
        bail!("the disk is larger than it was asked to be")
    }

    /// Gives the space back that [`fill`](Self::fill) took.
    pub(crate) fn free(&self) -> anyhow::Result<()> {
        fs::remove_file(self.filler()).context("cannot free the disk")
    }

    fn filler(&self) -> PathBuf {
        self.0.join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily, since a server of a failed test may not be gone yet.
        let unmounting = std::process::Command::new("umount").arg("--lazy").arg(&self.0).status();
        if unmounting.is_ok_and(|status| status.success()) {
            let _ = fs::remove_dir(&self.0);
        }
    }
}

async fn run<'a>(program: &str, words: impl IntoIterator<Item = &'a OsStr>) -> anyhow::Result<()> {
    let output = Command::new(program).args(words).output().await;
    let output = output.with_context(|| format!("cannot run {program}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{program}: {}", said.trim());
    Ok(())
}
