//! Whether there is a replica to go by. Pure: no I/O.
//!
//! `Missing` → `Loading` → `Loaded`, and back to `Missing` at a gap. A replica that missed an event
//! is dropped on the spot: whatever becomes of the room's header meanwhile, nobody can take it for
//! a live one, and only a new snapshot brings the next.

use super::{Applied, Replica};
use queue::StoredEvent;
use shared::line::{Epoch, RoomEvent};

/// A room's replica, or what is done to get one.
#[derive(Debug)]
pub(super) enum ReplicaState {
    /// A snapshot is due.
    Missing,
    /// A snapshot is being taken.
    Loading,
    /// Every event up to its point is in it.
    Loaded(Replica),
}

impl ReplicaState {
    /// The replica, if there is one.
    pub(super) const fn loaded(&self) -> Option<&Replica> {
        match self {
            Self::Loaded(replica) => Some(replica),
            Self::Missing | Self::Loading => None,
        }
    }

    /// The replica, to be changed, if there is one.
    pub(super) const fn loaded_mut(&mut self) -> Option<&mut Replica> {
        match self {
            Self::Loaded(replica) => Some(replica),
            Self::Missing | Self::Loading => None,
        }
    }

    /// Begins a snapshot. False if one is being taken, or if the replica is there already; one of
    /// another epoch than the open one is dropped. `None` while no epoch is known to be open.
    pub(super) fn begin_loading(&mut self, open: Option<Epoch>) -> bool {
        let is_due = match self {
            Self::Missing => true,
            Self::Loading => false,
            Self::Loaded(replica) => open.is_some_and(|epoch| epoch != replica.point().epoch),
        };
        if is_due {
            *self = Self::Loading;
        }
        is_due
    }

    /// Ends a snapshot; without a replica, another snapshot is due.
    pub(super) fn end_loading(&mut self, replica: Option<Replica>) {
        *self = replica.map_or(Self::Missing, Self::Loaded);
    }

    /// Applies events in order up to a gap, which drops the replica. Returns the new ones, and
    /// whether there was no gap. Without a replica nothing is applied: the next snapshot has what
    /// these events tell.
    pub(super) fn apply<'a>(&mut self, events: &'a [StoredEvent]) -> (Vec<&'a RoomEvent>, bool) {
        let Self::Loaded(replica) = self else { return (Vec::new(), true) };
        let mut applied = Vec::with_capacity(events.len());
        for stored in events {
            match replica.apply(stored.point, &stored.event) {
                Applied::Next => applied.push(&stored.event),
                Applied::Old => {}
                Applied::Gap => {
                    *self = Self::Missing;
                    return (applied, false);
                }
            }
        }
        (applied, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::{drops::DropMode, line::EventPoint};

    const EPOCH: Epoch = Epoch(1);
    const NEXT_EPOCH: Epoch = Epoch(2);

    fn replica(evn: u64) -> Replica {
        Replica::at(EventPoint { epoch: EPOCH, evn }, DropMode::Running)
    }

    fn event(evn: u64) -> StoredEvent {
        let event = RoomEvent::Left { tickets: Vec::new() };
        StoredEvent { point: EventPoint { epoch: EPOCH, evn }, at_us: 0, event }
    }

    fn evn(state: &ReplicaState) -> Option<u64> {
        state.loaded().map(|replica| replica.point().evn)
    }

    #[test]
    fn a_gap_drops_the_replica_until_a_snapshot_was_taken() {
        let mut state = ReplicaState::Loaded(replica(4));
        assert!(!state.begin_loading(Some(EPOCH)), "it is there already");

        let events = [event(5), event(7)];
        let (applied, is_dense) = state.apply(&events);
        assert_eq!((applied.len(), is_dense), (1, false));
        assert_eq!(evn(&state), None);
        assert!(state.apply(&[event(6)]).0.is_empty(), "no event brings it back");
        assert_eq!(evn(&state), None);

        assert!(state.begin_loading(Some(EPOCH)));
        assert!(!state.begin_loading(Some(EPOCH)), "one snapshot at a time");
        assert!(state.apply(&[event(8)]).0.is_empty());
        state.end_loading(Some(replica(9)));
        assert_eq!(evn(&state), Some(9));
        // What was read before the snapshot is no gap.
        let events = [event(8), event(9), event(10)];
        let (applied, is_dense) = state.apply(&events);
        assert_eq!((applied.len(), is_dense), (1, true));
        assert_eq!(evn(&state), Some(10));
    }

    #[test]
    fn a_snapshot_that_failed_is_due_again() {
        let mut state = ReplicaState::Missing;
        assert!(state.begin_loading(None));
        state.end_loading(None);
        assert_eq!(evn(&state), None);
        assert!(state.begin_loading(Some(EPOCH)));
    }

    #[test]
    fn a_replica_of_another_epoch_makes_way() {
        let mut state = ReplicaState::Loaded(replica(4));
        assert!(!state.begin_loading(None), "the same epoch may be found open again");
        assert!(state.begin_loading(Some(NEXT_EPOCH)));
        assert_eq!(evn(&state), None);
    }
}
