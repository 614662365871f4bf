//! What all shoppers of a run share.

use std::sync::Arc;

use shared::ids::{DropId, VariantId};

use super::{caller::Caller, measures::Measures};
use crate::history::Writer;

/// What all shoppers of a run share.
#[derive(Debug)]
pub struct World {
    /// The drop they come for.
    pub drop_id: DropId,
    /// What it sells.
    pub variant_id: VariantId,
    /// The storefront's address, without a slash at the end.
    pub storefront: String,
    /// Addresses of the admission instances.
    pub admission: Vec<String>,
    /// Origin that streams name.
    pub origin: Option<String>,
    /// HTTP.
    pub caller: Caller,
    /// What they see goes here.
    pub history: Writer,
    /// What is counted.
    pub measures: Arc<Measures>,
}

impl World {
    /// The instances' addresses of a path, beginning with the one whose turn it is.
    #[must_use]
    pub fn admission_urls(&self, turn: u64, path: &str) -> Vec<String> {
        let n = self.admission.len().max(1);
        let first = usize::try_from(turn % n as u64).unwrap_or_default();
        let urls = self.admission.iter().cycle().skip(first).take(n);
        urls.map(|base| format!("{}{path}", base.trim_end_matches('/'))).collect()
    }
}
