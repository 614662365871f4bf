//! Bells that wake whoever looks after a room in this process: somebody may be let in there who could
//! not be before.
//!
//! A wake may be lost, with a connection for instance; then all bells ring once it is there again. Who
//! sleeps looks now and then all the same.

use parking_lot::Mutex;
use queue::{Wake, WakeStream};
use shared::ids::DropId;
use std::{collections::HashMap, sync::Arc};
use tokio::{
    sync::Notify,
    time::{Instant, timeout_at},
};

/// The bells of one role; clones share them.
#[derive(Clone, Default)]
pub(crate) struct RoomBells(Arc<Mutex<HashMap<DropId, Arc<Notify>>>>);

/// The bell of one room. It is taken down with this.
pub(crate) struct RoomBell {
    bells: RoomBells,
    drop_id: DropId,
    bell: Arc<Notify>,
}

impl RoomBells {
    /// Hangs up the bell of a room, in place of one that is there.
    pub(crate) fn hang(&self, drop_id: DropId) -> RoomBell {
        let bell = Arc::new(Notify::new());
        self.0.lock().insert(drop_id, Arc::clone(&bell));
        RoomBell { bells: self.clone(), drop_id, bell }
    }

    /// Rings the bell of a room, if it has one here.
    pub(crate) fn ring(&self, drop_id: DropId) {
        if let Some(bell) = self.0.lock().get(&drop_id) {
            bell.notify_one();
        }
    }

    /// Rings all bells.
    pub(crate) fn ring_all(&self) {
        for bell in self.0.lock().values() {
            bell.notify_one();
        }
    }

    /// Rings at each wake, for as long as it is polled.
    pub(crate) async fn ring_on(&self, mut wakes: WakeStream) {
        loop {
            match wakes.next().await {
                Wake::Room(drop_id) => self.ring(drop_id),
                Wake::Subscribed => self.ring_all(),
            }
        }
    }
}

impl RoomBell {
    pub(crate) const fn drop_id(&self) -> DropId {
        self.drop_id
    }

    pub(crate) fn ring(&self) {
        self.bell.notify_one();
    }

    /// Waits until it rings, or has since it was last waited for; returns whether it has by `latest`.
    pub(crate) async fn rings_by(&self, latest: Instant) -> bool {
        timeout_at(latest, self.bell.notified()).await.is_ok()
    }
}

impl Drop for RoomBell {
    fn drop(&mut self) {
        let mut bells = self.bells.0.lock();
        // There may be another one in its place.
        if bells.get(&self.drop_id).is_some_and(|bell| Arc::ptr_eq(bell, &self.bell)) {
            bells.remove(&self.drop_id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const PATIENCE: Duration = Duration::from_millis(200);

    async fn is_rung(bell: &RoomBell) -> bool {
        bell.rings_by(Instant::now() + PATIENCE).await
    }

    #[tokio::test]
    async fn a_bell_that_rang_before_it_was_waited_for_is_heard_once() {
        let bells = RoomBells::default();
        let (bell, other) = (bells.hang(DropId::generate()), bells.hang(DropId::generate()));
        bells.ring(bell.drop_id());
        assert!(is_rung(&bell).await);
        assert!(!is_rung(&bell).await);
        assert!(!is_rung(&other).await);
        bells.ring_all();
        assert!(is_rung(&bell).await && is_rung(&other).await);
    }

    #[tokio::test]
    async fn a_bell_that_is_taken_down_late_leaves_the_next_one_there() {
        let (bells, drop_id) = (RoomBells::default(), DropId::generate());
        let former = bells.hang(drop_id);
        let bell = bells.hang(drop_id);
        drop(former);
        bells.ring(drop_id);
        assert!(is_rung(&bell).await);
        drop(bell);
        assert!(bells.0.lock().is_empty());
    }
}
