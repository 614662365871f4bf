//! A room's replica as its events keep it up to date, and those who wait for an event.

use super::{Replica, RoomError, replica_state::ReplicaState};
use parking_lot::RwLock;
use queue::StoredEvent;
use shared::line::{Epoch, EventPoint, RoomEvent, RoomHeader};
use std::time::Duration;
use tokio::sync::watch;

/// How long an answer may wait for the events it rests on.
const CATCH_UP: Duration = Duration::from_secs(2);

/// A room's replica.
pub(super) struct LiveReplica {
    state: RwLock<ReplicaState>,
    /// The replica's last event. Each wakes all who wait; those are few, since only who has seen a
    /// later event than this instance, or finds no replica, has to.
    reached: watch::Sender<EventPoint>,
}

impl LiveReplica {
    /// Has nothing to go by yet.
    pub(super) fn new() -> Self {
        let state = RwLock::new(ReplicaState::Missing);
        Self { state, reached: watch::Sender::new(EventPoint::default()) }
    }

    /// Looks at the replica, if there is one. Be short: the feed waits meanwhile.
    pub(super) fn read<T>(&self, look: impl FnOnce(&Replica) -> T) -> Option<T> {
        self.state.read().loaded().map(look)
    }

    /// Begins to load the replica of the `open` epoch, unless it is there or being loaded.
    pub(super) fn begin_loading(&self, open: Option<Epoch>) -> bool {
        self.state.write().begin_loading(open)
    }

    /// Ends loading without a replica.
    pub(super) fn give_up_loading(&self) {
        self.state.write().end_loading(None);
    }

    /// Ends loading with this replica.
    pub(super) fn install(&self, replica: Replica) {
        let point = replica.point();
        self.state.write().end_loading(Some(replica));
        self.reached.send_replace(point);
    }

    /// Applies events; see [`ReplicaState::apply`].
    pub(super) fn apply<'a>(&self, events: &'a [StoredEvent]) -> (Vec<&'a RoomEvent>, bool) {
        let applied = self.state.write().apply(events);
        if let Some(point) = self.read(Replica::point) {
            self.reached.send_replace(point);
        }
        applied
    }

    /// Takes in a look at the room, if there is a replica.
    pub(super) fn observe(&self, header: &RoomHeader) {
        if let Some(replica) = self.state.write().loaded_mut() {
            replica.observe(header);
        }
    }

    /// Drops the replica if an event that cannot be read stands behind it; one without a point
    /// stands behind every replica. Returns whether it did.
    pub(super) fn stop_at(&self, unreadable: Option<EventPoint>) -> bool {
        let mut state = self.state.write();
        let is_before = |replica: &Replica| unreadable.is_none_or(|at| replica.point() < at);
        let is_stopped = state.loaded().is_some_and(is_before);
        if is_stopped {
            state.end_loading(None);
        }
        is_stopped
    }

    /// Waits until the replica has this event; [`RoomError::Rebuilding`] when it does not come.
    pub(super) async fn reach(&self, point: EventPoint) -> Result<(), RoomError> {
        let reached = |replica: &Replica| (replica.point() >= point).then_some(());
        self.until(reached).await.ok_or(RoomError::Rebuilding)
    }

    /// Looks at the replica until something is found; `None` when the events that would show it do
    /// not come in time.
    pub(super) async fn until<T>(&self, look: impl Fn(&Replica) -> Option<T>) -> Option<T> {
        if let Some(found) = self.read(&look).flatten() {
            return Some(found);
        }
        let mut reached = self.reached.subscribe();
        let wait = async {
            loop {
                if let Some(found) = self.read(&look).flatten() {
                    return Some(found);
                }
                if reached.changed().await.is_err() {
                    return None;
                }
            }
        };
        tokio::time::timeout(CATCH_UP, wait).await.unwrap_or(None)
    }
}
