//! Files that a run appends to, one JSON value a line.

use std::{fs::OpenOptions, io::Write, path::Path};

use anyhow::Context;
use serde::{Serialize, de::DeserializeOwned};

/// Appends a value to a file, which need not exist yet.
pub(crate) fn append(path: &Path, value: &impl Serialize) -> anyhow::Result<()> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    let write = || OpenOptions::new().create(true).append(true).open(path)?.write_all(&line);
    write().with_context(|| format!("cannot write {}", path.display()))
}

/// Reads the values of a file, in their order; a missing file has none.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> anyhow::Result<Vec<T>> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = std::fs::read_to_string(path);
    let text = text.with_context(|| format!("cannot read {}", path.display()))?;
    let parse = |line| {
        serde_json::from_str(line)
            .with_context(|| format!("{} has a malformed line", path.display()))
    };
    text.lines().map(parse).collect()
}
