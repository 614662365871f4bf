//! When something was broken on purpose, written by whoever broke it and read by the check.

use std::{
    fs::OpenOptions,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::Context;
use serde::{Deserialize, Serialize};
use shared::clock::{Clock, SystemClock};

/// One fault, from its beginning to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What was done, in words.
    pub what: String,
    /// When it began, microseconds since 1970.
    pub began_us: i64,
    /// When what was broken was up again.
    pub healed_us: i64,
}

/// Appends faults to a file.
#[derive(Debug, Clone)]
pub struct FaultLog {
    path: PathBuf,
}

impl FaultLog {
    /// Takes the file to append to.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The moment that it is, for [`Fault::began_us`].
    #[must_use]
    pub fn now_us() -> i64 {
        SystemClock.now().as_microsecond()
    }

    /// Writes down a fault that has just been healed.
    ///
    /// # Errors
    ///
    /// Returns an error when the file cannot be written.
    pub fn healed(&self, what: &str, began_us: i64) -> anyhow::Result<()> {
        let fault = Fault { what: what.to_owned(), began_us, healed_us: Self::now_us() };
        let mut file = OpenOptions::new().create(true).append(true).open(&self.path)?;
        let mut line = serde_json::to_vec(&fault)?;
        line.push(b'\n');
        file.write_all(&line).context("cannot write the fault log")
    }
}

/// Reads the faults of a run; a missing file means that there were none.
///
/// # Errors
///
/// Returns an error when the file cannot be read.
pub fn read(path: &Path) -> anyhow::Result<Vec<Fault>> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the faults {}", path.display()))?;
    text.lines().map(|line| serde_json::from_str(line).context("a broken fault")).collect()
}
