//! Sites as Postgres told of them last, for gates that keep their visits while it is away.

use database::selling::drops::FlashDrop;
use parking_lot::Mutex;
use shared::ids::DropId;
use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

/// Sites that are remembered, about 1 kB each; any other is closed while Postgres is away.
const N_SITES: usize = 1024;
/// How long Postgres is not asked again about a site: each visitor would wait for it.
const PAUSE: Duration = Duration::from_secs(2);

/// Remembers the sites whose policy says that visits are kept.
#[derive(Debug, Default)]
pub(super) struct LastSites(Mutex<HashMap<DropId, LastSite>>);

#[derive(Debug)]
struct LastSite {
    site: Arc<Option<FlashDrop>>,
    failed_at: Option<Instant>,
}

impl LastSites {
    /// Takes note of what Postgres has told.
    pub(super) fn keep(&self, id: DropId, found: &Arc<Option<FlashDrop>>) {
        let is_kept = (**found).as_ref().is_some_and(|one| one.on_failure.keeps_visits());
        let mut sites = self.0.lock();
        if !is_kept {
            sites.remove(&id);
        } else if sites.len() < N_SITES || sites.contains_key(&id) {
            sites.insert(id, LastSite { site: Arc::clone(found), failed_at: None });
        }
    }

    /// Returns a site that Postgres could not be asked about a moment ago.
    pub(super) fn while_failing(&self, id: DropId) -> Option<Arc<Option<FlashDrop>>> {
        let sites = self.0.lock();
        let last = sites.get(&id)?;
        let is_failing = last.failed_at.is_some_and(|at| at.elapsed() < PAUSE);
        is_failing.then(|| Arc::clone(&last.site))
    }

    /// Returns a site that Postgres could not be asked about just now.
    pub(super) fn after_failure(&self, id: DropId) -> Option<Arc<Option<FlashDrop>>> {
        let mut sites = self.0.lock();
        let last = sites.get_mut(&id)?;
        last.failed_at = Some(Instant::now());
        Some(Arc::clone(&last.site))
    }
}
