//! `?seen=` and `?eta=`: what a returning client was shown last, by a stream or by an answer.

use crate::socket::Seen;
use serde::Deserialize;

/// Where a returning client was.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct SeenQuery {
    seen: Option<String>,
    eta: Option<String>,
}

impl SeenQuery {
    /// What the client saw last; nonsense counts as nothing.
    pub(super) fn seen(&self) -> Option<Seen> {
        let seen: Seen = self.seen.as_deref()?.parse().ok()?;
        let eta_p50_s = self.eta.as_deref().and_then(|seconds| seconds.parse().ok());
        Some(Seen { eta_p50_s, ..seen })
    }
}
