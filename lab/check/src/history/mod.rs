//! The history of a run: what shoppers did and saw, as JSON lines.
//!
//! There is one line per call, answer, frame and end. The form follows Jepsen's histories:
//! `invoke` before a call, then `ok`, `fail` (it did not happen) or `info` (it may have happened).

mod frame;
mod writer;

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

use anyhow::Context;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use frame::SeenFrame;
pub use writer::{HistoryCloser, HistoryWriter};

/// How certain an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryType {
    /// A call begins.
    Invoke,
    /// It happened, and this is what was answered or shown.
    Ok,
    /// It did not happen.
    Fail,
    /// It may or may not have happened, or the shopper did not ask for it.
    Info,
}

/// What was done or seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The run itself: its options when it begins, its report when it ends.
    Run,
    /// Getting a session.
    Session,
    /// Redeeming the code of a lane, before joining.
    Code,
    /// Joining the line.
    Join,
    /// A [`SeenFrame`], from the stream or from a poll. As `info` it is a try that showed nothing,
    /// such as a stream that was refused: with its `status`, or with its `failure`, which begins
    /// with the status if there was one.
    Shown,
    /// Leaving the page for a while: `invoke` when it is left, `ok` when the shopper is back.
    Away,
    /// Reading the page again; the shopper joins again after it.
    Reload,
    /// Closing a stream by oneself, as a reload, a lost connection and leaving the page do: `info`, with `why`.
    HungUp,
    /// Taking fewer of the units that are held.
    Choose,
    /// Asking for a payment.
    Pay,
    /// Giving the units back.
    Cancel,
    /// An order's state as the shopper saw it.
    Order,
    /// A call repeated with the same idempotency key and body. As `info` it is a try that has no
    /// certain outcome, with its `failure`.
    Again,
    /// Asking for the way into a site.
    Pass,
    /// Going in: `ok` if the browser was let in.
    Enter,
    /// Asking at the gate whether one is `inside`; `asked_at_us` says when the question was sent.
    Look,
    /// Leaving the site.
    Leave,
    /// How it ended for the shopper.
    End,
}

/// One line of the history.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// Number of the shopper, from 1; 0 is the run itself.
    pub process: u64,
    /// What was done or seen.
    pub f: Action,
    /// How certain it is.
    #[serde(rename = "type")]
    pub kind: EntryType,
    /// The details, as the action has them.
    pub value: Value,
    /// Nanoseconds since the run began, by a clock that never jumps.
    pub mono_ns: u64,
    /// Microseconds since 1970.
    pub at_us: i64,
}

/// Reads a history. A torn last line, as a killed run leaves it, is ignored.
///
/// # Errors
///
/// Returns an error when the file cannot be read or a line before the last is malformed.
pub fn read(path: &Path) -> anyhow::Result<Vec<HistoryEntry>> {
    let file =
        File::open(path).with_context(|| format!("cannot read the history {}", path.display()))?;
    let (mut entries, mut broken) = (Vec::new(), None);
    for (number, text) in BufReader::new(file).lines().enumerate() {
        if let Some(error) = broken {
            return Err(error);
        }
        match serde_json::from_str(&text?) {
            Ok(entry) => entries.push(entry),
            Err(error) => {
                broken = Some(anyhow::anyhow!("line {} of the history: {error}", number + 1));
            }
        }
    }
    Ok(entries)
}
