//! The rooms that this process lets people into. Each has a bell that wakes its drain, what was last
//! seen of the pressure on it, and how many never show up.

use super::reading::{Flow, Reading};
use crate::room_bells::{RoomBell, RoomBells};
use database::selling::scheduling::LiveDrop;
use parking_lot::Mutex;
use shared::{
    decide::no_show::{NoShowShare, OrderEnds},
    ids::DropId,
};
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

/// The rooms of this process; clones share them.
#[derive(Clone, Default)]
pub(super) struct DrainedRooms(Arc<Shared>);

#[derive(Default)]
struct Shared {
    bells: RoomBells,
    rooms: Mutex<HashMap<DropId, Arc<DrainedRoom>>>,
    /// Rung when somebody wants to know the pressure on a room that is not looked at.
    asked: Notify,
}

/// One of them.
pub(super) struct DrainedRoom {
    pub(super) drop_id: DropId,
    bell: RoomBell,
    /// Whether the pressure on it is looked at.
    is_watched: AtomicBool,
    reading: Mutex<Option<Reading>>,
    no_shows: Mutex<NoShowShare>,
}

/// A room in the hands of its drain. With this it goes from the rooms of the process.
pub(super) struct RoomInHand {
    rooms: DrainedRooms,
    room: Arc<DrainedRoom>,
}

impl DrainedRooms {
    /// Takes a room in hand.
    pub(super) fn enter(&self, drop_id: DropId) -> RoomInHand {
        let room = Arc::new(DrainedRoom {
            drop_id,
            bell: self.0.bells.hang(drop_id),
            is_watched: AtomicBool::new(false),
            reading: Mutex::new(None),
            no_shows: Mutex::default(),
        });
        self.0.rooms.lock().insert(drop_id, Arc::clone(&room));
        RoomInHand { rooms: self.clone(), room }
    }

    /// Returns the bells that wake their drains.
    pub(super) fn bells(&self) -> &RoomBells {
        &self.0.bells
    }

    /// Returns the rooms where people wait.
    pub(super) fn watched(&self) -> Vec<Arc<DrainedRoom>> {
        let rooms = self.0.rooms.lock();
        rooms.values().filter(|room| room.is_watched.load(Ordering::Relaxed)).cloned().collect()
    }

    /// Waits until the pressure on a room has to be known that was not looked at.
    pub(super) async fn asked(&self) {
        self.0.asked.notified().await;
    }
}

impl DrainedRoom {
    /// Notes what was seen; returns what was known before. The drain is woken if that was something
    /// else, and each time while a part of its people is let in, since each look lets in the next few.
    pub(super) fn note(&self, reading: Reading) -> Option<Flow> {
        let before = self.reading.lock().replace(reading);
        let known = before.filter(Reading::is_fresh).map(|before| before.flow);
        if known != Some(reading.flow) || matches!(reading.flow, Flow::Eased(_)) {
            self.bell.ring();
        }
        before.map(|before| before.flow)
    }

    /// Notes how its orders have ended by now.
    pub(super) fn note_ends(&self, ends: OrderEnds) {
        self.no_shows.lock().observe(ends);
    }
}

impl RoomInHand {
    pub(super) fn drop_id(&self) -> DropId {
        self.room.drop_id
    }

    /// Returns what is known of the pressure. Where nothing is, it is looked at, and the bell rings
    /// then.
    pub(super) fn reading(&self) -> Option<Reading> {
        self.room.is_watched.store(true, Ordering::Relaxed);
        let reading = self.room.reading.lock().filter(Reading::is_fresh);
        if reading.is_none() {
            self.rooms.0.asked.notify_one();
        }
        reading
    }

    /// Returns how many tickets above the cap may be let in, in place of those who never show up.
    pub(super) fn extra(&self, flash_drop: &LiveDrop) -> u32 {
        let share = *self.room.no_shows.lock();
        share.extra(flash_drop.limits.occupancy_cap, flash_drop.limits.no_show_percent)
    }

    /// Says whether the pressure has to be looked at from now on.
    pub(super) fn watch(&self, is_watched: bool) {
        self.room.is_watched.store(is_watched, Ordering::Relaxed);
    }

    /// Waits for the bell until `latest`, in no case less than until `earliest`.
    pub(super) async fn wait(&self, earliest: Instant, latest: Instant) {
        // Rung or not, it is time to look then.
        self.room.bell.rings_by(latest).await;
        sleep_until(earliest).await;
    }
}

impl Drop for RoomInHand {
    fn drop(&mut self) {
        self.rooms.0.rooms.lock().remove(&self.room.drop_id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drain::reading::HoldUp;
    use std::time::Duration;
    use tokio::time::timeout;

    const PATIENCE: Duration = Duration::from_millis(200);
    /// Longer than a test takes.
    const LONG: Duration = Duration::from_secs(600);

    async fn is_rung(room: &RoomInHand) -> bool {
        let now = Instant::now();
        timeout(PATIENCE, room.wait(now, now + LONG)).await.is_ok()
    }

    /// A reading that is fresh for as long as the test takes.
    fn free() -> Reading {
        Reading { flow: Flow::Free, room: 100, generation: 1, seen_at: Instant::now() + LONG }
    }

    #[tokio::test]
    async fn a_drain_is_woken_by_the_bell_of_its_room() {
        let rooms = DrainedRooms::default();
        let (room, other) = (rooms.enter(DropId::generate()), rooms.enter(DropId::generate()));
        rooms.bells().ring(room.drop_id());
        assert!(is_rung(&room).await);
        assert!(!is_rung(&other).await);
    }

    #[tokio::test]
    async fn a_room_is_looked_at_while_somebody_waits_in_it() {
        let rooms = DrainedRooms::default();
        let room = rooms.enter(DropId::generate());
        assert!(rooms.watched().is_empty());
        assert!(room.reading().is_none(), "nothing is known, so nobody is let in");
        rooms.asked().await;
        assert_eq!(rooms.watched().len(), 1);
        room.watch(false);
        assert!(rooms.watched().is_empty());
        room.watch(true);
        drop(room);
        assert!(rooms.watched().is_empty(), "it is in other hands now");
    }

    #[tokio::test]
    async fn a_drain_is_woken_by_what_it_did_not_know() {
        let rooms = DrainedRooms::default();
        let room = rooms.enter(DropId::generate());
        assert_eq!(room.room.note(free()), None);
        assert!(is_rung(&room).await);
        assert_eq!(room.room.note(free()), Some(Flow::Free));
        assert!(!is_rung(&room).await, "nothing new");
        room.room.note(Reading { flow: Flow::Slow, ..free() });
        assert!(is_rung(&room).await);
        let eased = Reading { flow: Flow::Eased(HoldUp::EasedByLag), room: 3, ..free() };
        for _ in 0..2 {
            room.room.note(eased);
            assert!(is_rung(&room).await, "three more may be let in");
        }
    }

    #[tokio::test]
    async fn an_old_reading_lets_nobody_in() {
        let rooms = DrainedRooms::default();
        let room = rooms.enter(DropId::generate());
        room.room.note(free());
        assert!(room.reading().is_some());
        let old = Reading { seen_at: Instant::now() - Duration::from_secs(2), ..free() };
        room.room.note(old);
        assert!(room.reading().is_none());
    }
}
