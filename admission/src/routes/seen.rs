//! `?seen=`: what a returning client was shown last, by a stream or by an answer.

use crate::socket::Seen;
use serde::Deserialize;

/// Where a returning client was.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct SeenQuery {
    seen: Option<String>,
}

impl SeenQuery {
    /// What the client saw last; nonsense counts as nothing.
    pub(super) fn seen(&self) -> Option<Seen> {
        self.seen.as_deref()?.parse().ok()
    }
}
