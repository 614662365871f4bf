//! One room: its header, its replica, those who listen to it.

use super::{Applied, Replica, joins::Joins};
use crate::{error::ApiError, socket::Hub};
use arc_swap::ArcSwapOption;
use queue::{Queue, RoomHeader, RoomState, StoredEvent};
use shared::{
    ids::DropId,
    messages::{EventPoint, RoomEvent},
    shutdown::Shutdown,
    tickets::{Lane, Score},
};
use std::{
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard, Weak,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::sync::{Notify, watch};

/// How long an answer may wait for the events it rests on.
const CATCH_UP: Duration = Duration::from_secs(2);

/// A room that this instance follows.
pub struct Room {
    /// The drop.
    pub drop_id: DropId,
    /// Those who listen.
    pub hub: Hub,
    /// The way in.
    pub joins: Joins,
    /// `None` while the line cannot be used: lost, of another epoch, being rebuilt.
    header: ArcSwapOption<RoomHeader>,
    replica: RwLock<Option<Replica>>,
    reached: watch::Sender<EventPoint>,
    syncing: AtomicBool,
    failures: AtomicU32,
    look_again: Arc<Notify>,
}

/// A place, and the event up to which it is exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// People ahead + 1.
    pub place: u64,
    /// People of the lane who wait.
    pub waiting: u64,
    /// The last event that counts.
    pub point: EventPoint,
}

impl Room {
    /// Makes a room that nothing is known of yet. `look_again` wakes the keeper.
    #[must_use]
    pub fn new(
        drop_id: DropId,
        queue: &Queue,
        look_again: Arc<Notify>,
        shutdown: &Shutdown,
    ) -> Arc<Self> {
        let (joins, inbox) = Joins::new();
        let room = Arc::new(Self {
            drop_id,
            hub: Hub::default(),
            joins,
            header: ArcSwapOption::empty(),
            replica: RwLock::new(None),
            reached: watch::Sender::new(EventPoint::default()),
            syncing: AtomicBool::new(false),
            failures: AtomicU32::new(0),
            look_again,
        });
        // Not waited for at a stop: the requests and sockets that use them are.
        let weak = Arc::downgrade(&room);
        tokio::spawn(super::joins::run(Weak::clone(&weak), queue.clone(), inbox, shutdown.hard()));
        tokio::spawn(crate::socket::fanout::run(weak, queue.clone(), shutdown.soft()));
        room
    }

    /// The room's header while its line can be used.
    ///
    /// # Errors
    ///
    /// Returns [`ApiError::Rebuilding`] while it cannot.
    pub fn header(&self) -> Result<Arc<RoomHeader>, ApiError> {
        self.header.load_full().ok_or_else(ApiError::rebuilding)
    }

    /// Takes over what Redis said of the room last; `None` if it said nothing.
    pub fn set_header(&self, header: Option<RoomHeader>) {
        self.failures.store(0, Ordering::Relaxed);
        let usable = header.filter(|header| header.state == RoomState::Open && header.trusted);
        self.header.store(usable.map(Arc::new));
    }

    /// Notes that Redis did not answer. Once may be a slow moment; twice in a row is a loss.
    pub fn note_failure(&self) {
        if self.failures.fetch_add(1, Ordering::Relaxed) + 1 >= 2 {
            self.header.store(None);
        }
    }

    /// Notes that Redis knows another line than we do, and has the keeper look at once.
    pub fn distrust(&self) {
        self.header.store(None);
        self.look_again.notify_one();
    }

    /// Whether the replica is of the epoch that is open.
    #[must_use]
    pub fn is_live(&self) -> bool {
        let epoch = self.header.load().as_ref().map(|header| header.epoch);
        epoch.is_some() && epoch == self.read(|replica| replica.point().epoch)
    }

    /// Looks at the replica, if there is one. Short: the feed waits meanwhile.
    pub fn read<T>(&self, look: impl FnOnce(&Replica) -> T) -> Option<T> {
        self.replica_guard().as_ref().map(look)
    }

    fn replica_guard(&self) -> RwLockReadGuard<'_, Option<Replica>> {
        self.replica.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a new replica in the place of the old one.
    pub fn install(&self, replica: Replica) {
        let point = replica.point();
        *self.replica.write().unwrap_or_else(PoisonError::into_inner) = Some(replica);
        self.reached.send_replace(point);
        self.hub.ask_all();
    }

    /// Applies what the feed read. False when an event is missing.
    pub fn apply(&self, events: &[StoredEvent]) -> bool {
        let (applied, dense, point) = {
            let mut replica = self.replica.write().unwrap_or_else(PoisonError::into_inner);
            let Some(replica) = replica.as_mut() else { return false };
            let (applied, dense) = apply_all(replica, events);
            (applied, dense, replica.point())
        };
        self.reached.send_replace(point);
        // Behind the lock: the fan-out takes the hub's before the replica's.
        applied.iter().for_each(|event| self.hub.heard(event));
        dense
    }

    /// Begins a snapshot unless one is being taken.
    #[must_use]
    pub fn begin_sync(&self) -> bool {
        !self.syncing.swap(true, Ordering::AcqRel)
    }

    /// Ends a snapshot, taken or not.
    pub fn end_sync(&self) {
        self.syncing.store(false, Ordering::Release);
    }

    /// Where the feed goes on reading; `None` while there is nothing to go on from.
    #[must_use]
    pub fn feed_point(&self) -> Option<EventPoint> {
        if self.syncing.load(Ordering::Acquire) || !self.is_live() {
            return None;
        }
        self.read(Replica::point)
    }

    /// The place of a ticket that waits, if the replica has it.
    #[must_use]
    pub fn placed(&self, lane: Lane, score: Score) -> Option<Placed> {
        self.read(|replica| {
            let place = replica.place_of(lane, score)?;
            Some(Placed { place, waiting: replica.waiting_in(lane), point: replica.point() })
        })
        .flatten()
    }

    /// The place of a ticket that Redis says is waiting, as soon as the replica has it: only then
    /// is everybody ahead of it known too, and the place will not rise by their late arrival.
    /// `None` when the events do not come in time.
    pub async fn placed_soon(&self, lane: Lane, score: Score) -> Option<Placed> {
        self.until(|| self.placed(lane, score)).await
    }

    /// Waits until the replica has this event.
    ///
    /// # Errors
    ///
    /// Returns [`ApiError::Rebuilding`] when it does not come.
    pub async fn reach(&self, point: EventPoint) -> Result<(), ApiError> {
        let reached = || (self.read(Replica::point)? >= point).then_some(());
        self.until(reached).await.ok_or_else(ApiError::rebuilding)
    }

    async fn until<T>(&self, look: impl Fn() -> Option<T>) -> Option<T> {
        if let Some(found) = look() {
            return Some(found);
        }
        let mut reached = self.reached.subscribe();
        let wait = async {
            loop {
                if let Some(found) = look() {
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

/// Applies events in order up to a gap; gives those that were new, and whether there was no gap.
fn apply_all<'a>(replica: &mut Replica, events: &'a [StoredEvent]) -> (Vec<&'a RoomEvent>, bool) {
    let mut applied = Vec::with_capacity(events.len());
    for stored in events {
        match replica.apply(stored.point, &stored.event) {
            Applied::Next => applied.push(&stored.event),
            Applied::Old => {}
            Applied::Gap => return (applied, false),
        }
    }
    (applied, true)
}
