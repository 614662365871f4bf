//! A room's header, for as long as its line can be used.

use super::RoomError;
use arc_swap::ArcSwapOption;
use shared::line::{Epoch, RoomHeader, RoomState};
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};
use tokio::sync::Notify;

/// Failures in a row that mean a loss; a single one may be a slow moment.
const MAX_FAILURES: u32 = 2;

/// What Redis last said of a room.
pub(crate) struct TrustedHeader {
    /// `None` while the line cannot be used: lost, of another epoch, being rebuilt.
    header: ArcSwapOption<RoomHeader>,
    n_failures: AtomicU32,
    /// Wakes the keeper.
    look_again: Arc<Notify>,
}

impl TrustedHeader {
    /// Knows nothing yet.
    pub(super) fn new(look_again: Arc<Notify>) -> Arc<Self> {
        let header = ArcSwapOption::empty();
        Arc::new(Self { header, n_failures: AtomicU32::new(0), look_again })
    }

    /// Returns the header, or [`RoomError::Rebuilding`] while the line cannot be used.
    pub(super) fn get(&self) -> Result<Arc<RoomHeader>, RoomError> {
        self.header.load_full().ok_or(RoomError::Rebuilding)
    }

    /// The epoch that is open, if the line can be used.
    pub(super) fn epoch(&self) -> Option<Epoch> {
        self.header.load().as_ref().map(|header| header.epoch)
    }

    /// Takes over what Redis said; `None` if it knows no such room.
    pub(super) fn set(&self, header: Option<RoomHeader>) {
        self.n_failures.store(0, Ordering::Relaxed);
        self.header.store(header.filter(is_usable).map(Arc::new));
    }

    /// Notes that Redis did not answer.
    pub(super) fn note_failure(&self) {
        if self.n_failures.fetch_add(1, Ordering::Relaxed) + 1 >= MAX_FAILURES {
            self.header.store(None);
        }
    }

    /// Notes that Redis knows another line than we do, and has the keeper look at once.
    pub(super) fn distrust(&self) {
        self.header.store(None);
        self.look_again.notify_one();
    }
}

/// Whether a line can be used: it is open, on the run of the server that it was built on.
pub(super) fn is_usable(header: &RoomHeader) -> bool {
    header.state == RoomState::Open && header.trusted
}
