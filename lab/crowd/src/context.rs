//! What all shoppers of a run share.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use check::history::HistoryWriter;
use shared::{
    drops::Fulfilment,
    ids::{DropId, VariantId},
};

use super::{client::RetryingClient, measures::Measures};

/// What all shoppers of a run share.
#[derive(Debug)]
pub(crate) struct RunContext {
    pub(crate) drop_id: DropId,
    /// What the drop sells; at least one.
    pub(crate) variants: Vec<VariantId>,
    /// What a turn leads to: an order, or a site where nothing is bought.
    pub(crate) fulfilment: Fulfilment,
    /// What opens another lane of the line, for those who have it.
    pub(crate) code: Option<String>,
    /// How long visitors stay there, about.
    pub(crate) stay: Duration,
    /// Base URL without a slash at the end.
    pub(crate) storefront: String,
    /// Base URLs of the admission instances.
    pub(crate) admission: Vec<String>,
    /// The `Origin` of streams.
    pub(crate) origin: Option<String>,
    /// How long those stay away who come back, about.
    pub(crate) away: Duration,
    pub(crate) client: RetryingClient,
    pub(crate) history: HistoryWriter,
    pub(crate) measures: Arc<Measures>,
    /// The last number of a process of the history; the shoppers have the first ones.
    pub(crate) last_process: AtomicU64,
    /// When the first shopper may arrive.
    pub(crate) arriving: Instant,
}

impl RunContext {
    /// Returns what a shopper wants: each variant is wanted by as many as another.
    pub(crate) fn wanted_by(&self, process: u64) -> VariantId {
        self.variants[turn_of(process, self.variants.len())]
    }

    /// Returns a path's URL at each instance, beginning with the one whose turn it is.
    pub(crate) fn admission_urls(&self, turn: u64, path: &str) -> Vec<String> {
        let n = self.admission.len().max(1);
        let first = turn_of(turn, n);
        let urls = self.admission.iter().cycle().skip(first).take(n);
        urls.map(|base| format!("{}{path}", base.trim_end_matches('/'))).collect()
    }

    /// Numbers a further process: another tab of a shopper, or somebody who has come back.
    pub(crate) fn next_process(&self) -> u64 {
        self.last_process.fetch_add(1, Ordering::Relaxed) + 1
    }
}

/// Returns whose turn it is of so many, who take turns.
fn turn_of(turn: u64, n: usize) -> usize {
    usize::try_from(turn % n as u64).unwrap_or_default()
}
