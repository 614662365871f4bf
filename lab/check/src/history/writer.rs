//! Writes a history on a thread of its own, so that the disk never slows a shopper down.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
    sync::mpsc,
    thread::JoinHandle,
    time::Instant,
};

use anyhow::Context;
use serde_json::Value;
use shared::clock::{Clock, SystemClock};

use super::{Action, EntryType, HistoryEntry};

/// Hands entries to the writing thread; cheap to clone.
#[derive(Debug, Clone)]
pub struct HistoryWriter {
    lines: mpsc::Sender<Vec<u8>>,
    began: Instant,
}

/// Completes the file once all writers are gone.
#[derive(Debug)]
pub struct HistoryCloser(JoinHandle<std::io::Result<()>>);

impl HistoryWriter {
    /// Begins a history; without a path it is thrown away.
    ///
    /// # Errors
    ///
    /// Returns an error when the file cannot be created.
    pub fn create(path: Option<&Path>, began: Instant) -> anyhow::Result<(Self, HistoryCloser)> {
        let mut out: Box<dyn Write + Send> = match path {
            Some(path) => {
                let file = File::create(path)
                    .with_context(|| format!("cannot write the history {}", path.display()))?;
                Box::new(BufWriter::with_capacity(1 << 18, file))
            }
            None => Box::new(std::io::sink()),
        };
        let (lines, queue) = mpsc::channel::<Vec<u8>>();
        let writer = std::thread::spawn(move || {
            for line in queue {
                out.write_all(&line)?;
            }
            out.flush()
        });
        Ok((Self { lines, began }, HistoryCloser(writer)))
    }

    /// Writes one entry, with the time at which it is written.
    pub fn write(&self, process: u64, f: Action, kind: EntryType, value: Value) {
        let entry = HistoryEntry {
            process,
            f,
            kind,
            value,
            mono_ns: u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX),
            at_us: SystemClock.now().as_microsecond(),
        };
        if let Ok(mut bytes) = serde_json::to_vec(&entry) {
            bytes.push(b'\n');
            let _ = self.lines.send(bytes);
        }
    }
}

impl HistoryCloser {
    /// Waits until everything is in the file. Drop the last [`HistoryWriter`] first.
    ///
    /// # Errors
    ///
    /// Returns an error when an entry could not be written.
    pub fn finish(self) -> anyhow::Result<()> {
        let Ok(written) = self.0.join() else { anyhow::bail!("the history's writer panicked") };
        written.context("cannot write the history")
    }
}
