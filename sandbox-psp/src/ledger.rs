//! The append-only file behind everything, one fsync for many requests.
//!
//! A writer thread takes all queued lines, writes them in one call and syncs once, while their
//! requests wait for their line's number to become durable. So hundreds of requests at a time cost
//! a handful of syncs, and no answer leaves before its line is on the disk.

use std::{
    fs::{File, OpenOptions},
    io::{BufRead, BufReader, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::mpsc,
    thread,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::method::PaymentMethod;

/// What a line says has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EntryKind {
    /// A late payment was accepted; it is authorized at `due_at`.
    Pending,
    /// The amount is held on the card.
    Authorized,
    /// The authorization was declined.
    Declined,
    Captured,
    /// The capture was declined and the authorization released.
    CaptureDeclined,
    /// The caller released the authorization.
    Voided,
    /// The captured amount, or a part of it, went back.
    Refunded,
    /// A request failed before it had any effect.
    Failed,
}

/// The answer kept for an idempotency key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StoredAnswer {
    pub(crate) idempotency_key: String,
    /// Digest of the route and the body that came with the key.
    pub(crate) fingerprint: String,
    pub(crate) status: u16,
    pub(crate) body: serde_json::Value,
}

/// One line of the ledger: an effect and, in the same write, the answer its caller gets.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct LedgerEntry {
    /// Number of the line, from 1 without gaps.
    pub(crate) seq: u64,
    /// When it happened, by the provider's clock.
    pub(crate) at: Timestamp,
    pub(crate) kind: EntryKind,
    pub(crate) payment_id: String,
    pub(crate) reference: String,
    /// The amount of this effect; a refund may be of a part.
    pub(crate) amount_minor: i64,
    pub(crate) currency: String,
    pub(crate) payment_method: PaymentMethod,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) decline_code: Option<String>,
    /// `ref_` and a UUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) refund_id: Option<String>,
    /// When a pending payment is authorized.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) due_at: Option<Timestamp>,
    /// The answer kept under the caller's idempotency key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) answer: Option<StoredAnswer>,
}

/// Why the ledger could not be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LedgerError {
    /// The file could not be opened, read or shortened.
    #[error("cannot read the ledger {path}")]
    Io { path: PathBuf, source: std::io::Error },
    /// A line other than a torn last one is not an entry.
    #[error("line {line} of the ledger {path} is broken")]
    Broken { path: PathBuf, line: usize, source: serde_json::Error },
}

/// The open ledger: takes lines in order and says when they are durable.
#[derive(Debug)]
pub(crate) struct Ledger {
    path: PathBuf,
    lines: mpsc::Sender<(u64, Vec<u8>)>,
    durable: watch::Receiver<u64>,
}

impl Ledger {
    /// Opens the file, cuts off a torn last line, and returns what it holds.
    pub(crate) fn open(path: &Path) -> Result<(Self, Vec<LedgerEntry>), LedgerError> {
        let io = |source| LedgerError::Io { path: path.to_owned(), source };
        let mut options = OpenOptions::new();
        let mut file =
            options.read(true).write(true).create(true).truncate(false).open(path).map_err(io)?;
        let (entries, end) = read_entries(&file, path)?;
        file.set_len(end).map_err(io)?;
        file.seek(SeekFrom::Start(end)).map_err(io)?;
        file.sync_all().map_err(io)?;
        sync_folder_of(path).map_err(io)?;
        let (lines, queue) = mpsc::channel();
        let (durable_to, durable) = watch::channel(entries.last().map_or(0, |entry| entry.seq));
        thread::spawn(move || write_lines(file, &queue, &durable_to));
        Ok((Self { path: path.to_owned(), lines, durable }, entries))
    }

    /// Hands a line to the writer; call it in the order of `seq`.
    pub(crate) fn append(&self, entry: &LedgerEntry) {
        let mut line = serde_json::to_vec(entry).expect("an entry has string keys only");
        line.push(b'\n');
        // The writer ends the process when it can't write, so it is never gone before us.
        let _ = self.lines.send((entry.seq, line));
    }

    /// Waits until the line `seq` and all before it are on the disk.
    pub(crate) async fn wait_durable(&self, seq: u64) {
        let mut durable = self.durable.clone();
        let _ = durable.wait_for(|&at| at >= seq).await;
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// Reads all complete lines; the second value is where they end.
fn read_entries(file: &File, path: &Path) -> Result<(Vec<LedgerEntry>, u64), LedgerError> {
    let mut reader = BufReader::new(file);
    let (mut entries, mut end, mut line) = (Vec::new(), 0, Vec::new());
    loop {
        line.clear();
        let n_bytes = reader
            .read_until(b'\n', &mut line)
            .map_err(|source| LedgerError::Io { path: path.to_owned(), source })?;
        // A line without its end was never synced, so nobody was told of it.
        if n_bytes == 0 || !line.ends_with(b"\n") {
            return Ok((entries, end));
        }
        let broken =
            |source| LedgerError::Broken { path: path.to_owned(), line: entries.len() + 1, source };
        let entry = serde_json::from_slice(&line).map_err(broken)?;
        entries.push(entry);
        end += n_bytes as u64;
    }
}

/// Makes the file's name durable too: without its folder's entry a new file is lost.
fn sync_folder_of(path: &Path) -> std::io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        Some(_) | None => Ok(()),
    }
}

/// The writer thread: all queued lines go out in one write and one sync.
fn write_lines(
    mut file: File,
    queue: &mpsc::Receiver<(u64, Vec<u8>)>,
    durable: &watch::Sender<u64>,
) {
    let mut buffer = Vec::new();
    while let Ok((mut seq, line)) = queue.recv() {
        buffer.clear();
        buffer.extend_from_slice(&line);
        while let Ok((next, line)) = queue.try_recv() {
            seq = next;
            buffer.extend_from_slice(&line);
        }
        if let Err(error) = file.write_all(&buffer).and_then(|()| file.sync_data()) {
            // After a failed sync nobody knows what the file holds; a restart reads it.
            tracing::error!(%error, "cannot write the ledger; stopping");
            std::process::exit(74);
        }
        durable.send_replace(seq);
    }
}
