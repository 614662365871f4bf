//! All rooms that this instance follows, and what to answer about a drop without one.

use super::{Room, RoomError, snapshot};
use database::{
    PgPool,
    line::room_lookup::{self, RoomLookup},
};
use parking_lot::Mutex;
use queue::Queue;
use shared::{drops::DropState, ids::DropId};
use std::{
    array,
    collections::HashMap,
    hash::{BuildHasher as _, RandomState},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    sync::{Mutex as AsyncMutex, Notify, Semaphore},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

/// How long an answer about a drop without a room is kept.
const MEMORY: Duration = Duration::from_secs(1);
/// Such answers, at most; made-up ids must not fill the memory.
const MAX_MEMORIES: usize = 4096;
/// Looks for rooms that are not known, at one time.
const MAX_LOOKS: usize = 64;
/// Questions to Postgres at one time: far fewer, so that looks go on while Postgres is silent.
const MAX_LOOKUPS: usize = 4;
/// How long a look may wait for its turn.
const TURN_WITHIN: Duration = Duration::from_secs(1);

/// The rooms of this instance.
pub(crate) struct RoomDirectory {
    queue: Queue,
    pool: PgPool,
    hard: CancellationToken,
    rooms: Mutex<HashMap<DropId, Arc<Room>>>,
    /// Drops without a room, as Postgres told of them; `None` for ids that name no drop.
    others: Mutex<HashMap<DropId, (Instant, Option<RoomLookup>)>>,
    /// Whose turn it is to look; those who ask for the same drop take turns.
    turns: [AsyncMutex<()>; MAX_LOOKS],
    seed: RandomState,
    lookups: Semaphore,
    /// Wakes the keeper.
    look_again: Arc<Notify>,
}

impl RoomDirectory {
    /// Follows nothing yet. `hard` ends the joins of its rooms.
    pub(crate) fn new(queue: Queue, pool: PgPool, hard: CancellationToken) -> Arc<Self> {
        Arc::new(Self {
            queue,
            pool,
            hard,
            rooms: Mutex::default(),
            others: Mutex::default(),
            turns: array::from_fn(|_| AsyncMutex::default()),
            seed: RandomState::new(),
            lookups: Semaphore::new(MAX_LOOKUPS),
            look_again: Arc::new(Notify::new()),
        })
    }

    /// Waits until somebody wants the rooms to be looked at.
    pub(super) async fn look_again(&self) {
        self.look_again.notified().await;
    }

    /// All rooms that are followed.
    pub(crate) fn all(&self) -> Vec<Arc<Room>> {
        self.rooms.lock().values().cloned().collect()
    }

    /// A room that is followed already.
    pub(super) fn known(&self, drop_id: DropId) -> Option<Arc<Room>> {
        self.rooms.lock().get(&drop_id).cloned()
    }

    /// Stops following a room.
    pub(super) fn forget(&self, drop_id: DropId) {
        self.rooms.lock().remove(&drop_id);
    }

    /// Finds the room of a drop: known, in Redis, or lost in Redis while its drop is open. Fails if
    /// there is no such drop, if it has not opened yet or is over, or if nobody can tell now.
    ///
    /// A drop that had no room a moment ago is not looked for in Redis either, so that made-up ids
    /// cost the line nothing. Rooms are made well before they open, so nobody comes too early by
    /// that.
    pub(crate) async fn find(&self, drop_id: DropId) -> Result<Arc<Room>, RoomError> {
        if let Some(room) = self.known(drop_id) {
            self.note_question(&room).await;
            return Ok(room);
        }
        if let Some(found) = self.remembered(drop_id) {
            return self.without_room(drop_id, found);
        }
        self.look(drop_id).await
    }

    /// Looks for a room that is not known. Of those who ask for the same at once, the first one
    /// looks, and the others take what it has found.
    async fn look(&self, drop_id: DropId) -> Result<Arc<Room>, RoomError> {
        let turn = &self.turns[self.seed.hash_one(drop_id) as usize % MAX_LOOKS];
        let turn = timeout(TURN_WITHIN, turn.lock()).await;
        let _turn = turn.map_err(|_| RoomError::TooManyLookups)?;
        if let Some(room) = self.known(drop_id) {
            return Ok(room);
        }
        if let Some(found) = self.remembered(drop_id) {
            return self.without_room(drop_id, found);
        }
        if let Ok(Some(header)) = self.queue.room(drop_id).await {
            let room = self.follow(drop_id);
            room.set_header(Some(header));
            snapshot::begin(&room, &self.queue);
            return Ok(room);
        }
        let found = self.look_up(drop_id).await?;
        self.without_room(drop_id, found)
    }

    /// Looks at a room if this is the first question in a while: the keeper may have left it alone.
    async fn note_question(&self, room: &Arc<Room>) {
        if !room.note_question() {
            return;
        }
        match self.queue.room(room.drop_id).await {
            Ok(header) => snapshot::take_over(room, &self.queue, header),
            // Whether Redis is away, the keeper finds out, now that the room is in use.
            Err(_) => room.note_failure(),
        }
    }

    fn without_room(
        &self,
        drop_id: DropId,
        found: Option<RoomLookup>,
    ) -> Result<Arc<Room>, RoomError> {
        let found = found.ok_or(RoomError::DropNotFound)?;
        match (found.state, found.state.close_reason()) {
            (_, Some(reason)) => Err(RoomError::Ended(reason)),
            // Its room was lost: shoppers may wait here for the new one.
            (DropState::Open, None) => Ok(self.follow(drop_id)),
            _ => Err(RoomError::NotOpen { opens_at: found.opens_at }),
        }
    }

    fn follow(&self, drop_id: DropId) -> Arc<Room> {
        let room = || {
            let look_again = Arc::clone(&self.look_again);
            Arc::new(Room::new(drop_id, &self.queue, look_again, self.hard.clone()))
        };
        Arc::clone(self.rooms.lock().entry(drop_id).or_insert_with(room))
    }

    /// Asks Postgres about a drop without a room, unless somebody else has meanwhile.
    async fn look_up(&self, drop_id: DropId) -> Result<Option<RoomLookup>, RoomError> {
        if let Some(found) = self.remembered(drop_id) {
            return Ok(found);
        }
        let _slot = self.lookups.try_acquire().map_err(|_| RoomError::TooManyLookups)?;
        let found = room_lookup::find(&self.pool, drop_id).await?;
        self.remember(drop_id, found);
        Ok(found)
    }

    fn remembered(&self, drop_id: DropId) -> Option<Option<RoomLookup>> {
        let others = self.others.lock();
        let (at, found) = others.get(&drop_id)?;
        (at.elapsed() < MEMORY).then_some(*found)
    }

    fn remember(&self, drop_id: DropId, found: Option<RoomLookup>) {
        let mut others = self.others.lock();
        if others.len() >= MAX_MEMORIES {
            others.clear();
        }
        others.insert(drop_id, (Instant::now(), found));
    }
}

#[cfg(test)]
mod tests;
