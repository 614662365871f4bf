//! What was seen of the pressure on a drop.

use std::time::Duration;
use tokio::time::Instant;

/// What was seen longer ago tells nothing: three looks have not come back.
const FRESH: Duration = Duration::from_millis(1500);

/// How people may be let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// As fast as the limits allow.
    Free,
    /// A few at a time.
    Slow,
    /// Not at all, for this reason.
    Blocked(&'static str),
}

/// What one look has seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    pub(super) flow: Flow,
    /// Generation of the log that commands go to.
    ///
    /// Always read before they are produced: a position that is given too old a generation is
    /// one that the reconciler does not trust, never one that it waits for in vain.
    pub(super) generation: i64,
    pub(super) seen_at: Instant,
}

impl Reading {
    pub(super) fn is_fresh(&self) -> bool {
        self.seen_at.elapsed() < FRESH
    }
}
