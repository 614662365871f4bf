//! All rooms that this instance follows, and what to answer about a drop without one.

use super::{Room, snapshot};
use crate::error::ApiError;
use database::{
    PgPool,
    line::room_lookup::{self, RoomLookup},
};
use edge::Readiness;
use queue::Queue;
use shared::{drops::DropState, ids::DropId, shutdown::Shutdown};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::{Notify, Semaphore};

/// How long an answer about a drop without a room is kept.
const MEMORY: Duration = Duration::from_secs(1);
/// Such answers, at most; made-up ids must not fill the memory.
const MEMORIES: usize = 4096;
/// Questions to Postgres at one time.
const QUESTIONS: usize = 4;

/// The rooms of this instance.
pub struct Rooms {
    queue: Queue,
    pool: PgPool,
    shutdown: Shutdown,
    rooms: Mutex<HashMap<DropId, Arc<Room>>>,
    others: Mutex<HashMap<DropId, (Instant, Option<RoomLookup>)>>,
    questions: Semaphore,
    look_again: Arc<Notify>,
    readiness: Readiness,
}

impl Rooms {
    /// Follows nothing yet.
    #[must_use]
    pub fn new(queue: Queue, pool: PgPool, shutdown: Shutdown) -> Arc<Self> {
        Arc::new(Self {
            queue,
            pool,
            shutdown,
            rooms: Mutex::default(),
            others: Mutex::default(),
            questions: Semaphore::new(QUESTIONS),
            look_again: Arc::new(Notify::new()),
            readiness: Readiness::needing(["redis"]),
        })
    }

    /// Starts the tasks that keep rooms up to date.
    pub fn start(self: &Arc<Self>) {
        let soft = self.shutdown.soft();
        let (queue, pool) = (self.queue.clone(), self.pool.clone());
        self.shutdown.spawn(super::feed::run(Arc::clone(self), queue.clone(), soft.clone()));
        self.shutdown.spawn(super::keeper::run(Arc::clone(self), queue, pool, soft));
    }

    /// Whether the line can be reached.
    #[must_use]
    pub fn readiness(&self) -> Readiness {
        self.readiness.clone()
    }

    pub(super) fn set_ready(&self, ready: bool) {
        self.readiness.set("redis", ready);
    }

    pub(super) fn look_again(&self) -> &Notify {
        &self.look_again
    }

    /// All rooms.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Room>> {
        lock(&self.rooms).values().cloned().collect()
    }

    /// A room that is followed already.
    #[must_use]
    pub fn known(&self, drop_id: DropId) -> Option<Arc<Room>> {
        lock(&self.rooms).get(&drop_id).cloned()
    }

    /// Stops following a room.
    pub fn forget(&self, drop_id: DropId) {
        lock(&self.rooms).remove(&drop_id);
    }

    /// Finds the room of a drop: known, in Redis, or lost in Redis while its drop is open.
    ///
    /// # Errors
    ///
    /// Returns that there is no such drop, that it is not open yet or over, or that nobody can
    /// tell now.
    pub async fn find(&self, drop_id: DropId) -> Result<Arc<Room>, ApiError> {
        if let Some(room) = self.known(drop_id) {
            return Ok(room);
        }
        let in_redis = self.queue.room(drop_id).await;
        if let Ok(Some(header)) = in_redis {
            let room = self.follow(drop_id);
            room.set_header(Some(header));
            snapshot::begin(&room, &self.queue);
            return Ok(room);
        }
        match self.look_up(drop_id).await? {
            None => Err(ApiError::DropNotFound),
            Some(found) => self.without_room(drop_id, found),
        }
    }

    fn without_room(&self, drop_id: DropId, found: RoomLookup) -> Result<Arc<Room>, ApiError> {
        match (found.state, found.ended()) {
            (_, Some(reason)) => Err(ApiError::Ended(reason)),
            // Its room was lost: listeners may wait here for the new one.
            (DropState::Open, None) => Ok(self.follow(drop_id)),
            _ => Err(ApiError::NotOpen { opens_at: found.opens_at }),
        }
    }

    fn follow(&self, drop_id: DropId) -> Arc<Room> {
        let mut rooms = lock(&self.rooms);
        let new = || Room::new(drop_id, &self.queue, Arc::clone(&self.look_again), &self.shutdown);
        Arc::clone(rooms.entry(drop_id).or_insert_with(new))
    }

    /// Asks Postgres about a drop without a room, unless it was asked a moment ago.
    async fn look_up(&self, drop_id: DropId) -> Result<Option<RoomLookup>, ApiError> {
        if let Some((at, found)) = lock(&self.others).get(&drop_id)
            && at.elapsed() < MEMORY
        {
            return Ok(*found);
        }
        let _slot = self.questions.try_acquire().map_err(|_| ApiError::Busy)?;
        let found = room_lookup::find(&self.pool, drop_id).await.map_err(|error| {
            tracing::warn!(%error, "could not look up a drop");
            ApiError::Busy
        })?;
        let mut others = lock(&self.others);
        if others.len() >= MEMORIES {
            others.clear();
        }
        others.insert(drop_id, (Instant::now(), found));
        Ok(found)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
