//! What shoppers saw: one JSON line per call, answer, frame and end.
//!
//! The form follows Jepsen's histories: `invoke` before a call, then `ok`, `fail` (it did not
//! happen) or `info` (it may have happened). Lines are written by a thread of its own, so that
//! the disk never slows a shopper down.

use std::{
    fs::File,
    io::{BufRead, BufReader, BufWriter, Write},
    path::Path,
    sync::mpsc,
    thread::JoinHandle,
    time::Instant,
};

use anyhow::Context;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::clock::{Clock, SystemClock};

/// What kind of line it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Type {
    /// A call begins.
    Invoke,
    /// It happened, and this is what was answered or shown.
    Ok,
    /// It did not happen.
    Fail,
    /// It may or may not have happened, or nobody called.
    Info,
}

/// What was done or seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The run itself: its options when it begins, its counts when it ends.
    Run,
    /// Getting a session.
    Session,
    /// Joining the line.
    Join,
    /// A place or turn that was shown, by a frame of the stream or by a poll.
    Shown,
    /// Asking for a payment.
    Pay,
    /// An order's state as the shopper saw it.
    Order,
    /// A call repeated with the same idempotency key and body.
    Again,
    /// How it ended for the shopper.
    End,
}

/// One line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Line {
    /// Number of the shopper.
    pub process: u64,
    /// What was done or seen.
    pub f: Action,
    /// What kind of line it is.
    #[serde(rename = "type")]
    pub kind: Type,
    /// The particulars.
    pub value: Value,
    /// Nanoseconds since the run began.
    pub mono_ns: u64,
    /// Microseconds since 1970.
    pub at_us: i64,
}

/// Writes lines; cheap to clone.
#[derive(Debug, Clone)]
pub struct Writer {
    lines: mpsc::Sender<Vec<u8>>,
    began: Instant,
}

/// Ends the file once all writers are gone.
#[derive(Debug)]
pub struct Closer(JoinHandle<std::io::Result<()>>);

impl Writer {
    /// Begins a history; without a path it is thrown away.
    ///
    /// # Errors
    ///
    /// Returns an error when the file cannot be made.
    pub fn create(path: Option<&Path>, began: Instant) -> anyhow::Result<(Self, Closer)> {
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
        Ok((Self { lines, began }, Closer(writer)))
    }

    /// Writes one line.
    pub fn write(&self, process: u64, f: Action, kind: Type, value: Value) {
        let line = Line {
            process,
            f,
            kind,
            value,
            mono_ns: u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX),
            at_us: SystemClock.now().as_microsecond(),
        };
        if let Ok(mut bytes) = serde_json::to_vec(&line) {
            bytes.push(b'\n');
            let _ = self.lines.send(bytes);
        }
    }
}

impl Closer {
    /// Waits until all is in the file; drop the last [`Writer`] before.
    ///
    /// # Errors
    ///
    /// Returns an error when a line could not be written.
    pub fn finish(self) -> anyhow::Result<()> {
        let Ok(written) = self.0.join() else { anyhow::bail!("the history's writer panicked") };
        written.context("cannot write the history")
    }
}

/// Reads a history; a torn last line, as a killed run leaves it, is passed over.
///
/// # Errors
///
/// Returns an error when the file cannot be read or a line before the last is broken.
pub fn read(path: &Path) -> anyhow::Result<Vec<Line>> {
    let file =
        File::open(path).with_context(|| format!("cannot read the history {}", path.display()))?;
    let (mut lines, mut broken) = (Vec::new(), None);
    for (number, text) in BufReader::new(file).lines().enumerate() {
        if let Some(error) = broken {
            return Err(error);
        }
        match serde_json::from_str(&text?) {
            Ok(line) => lines.push(line),
            Err(error) => {
                broken = Some(anyhow::anyhow!("line {} of the history: {error}", number + 1));
            }
        }
    }
    Ok(lines)
}
