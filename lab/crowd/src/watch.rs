//! Lets somebody else see how far a run is.

use std::sync::Arc;

use parking_lot::Mutex;
use shared::ids::DropId;

use super::measures::{Counts, Measures};

/// The drops of a run, once they are open, and how far their crowds are.
#[derive(Debug, Default)]
pub(crate) struct RunWatch(Mutex<Vec<(DropId, Arc<Measures>)>>);

impl RunWatch {
    pub(crate) fn add(&self, drop_id: DropId, measures: Arc<Measures>) {
        self.0.lock().push((drop_id, measures));
    }

    pub(crate) fn drops(&self) -> Vec<DropId> {
        self.0.lock().iter().map(|(drop_id, _)| *drop_id).collect()
    }

    /// Returns the counts of each drop.
    pub(crate) fn counts(&self) -> Vec<Counts> {
        self.0.lock().iter().map(|(_, measures)| measures.counts()).collect()
    }
}
