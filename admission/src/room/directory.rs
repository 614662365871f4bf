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
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;

/// How long an answer about a drop without a room is kept.
const MEMORY: Duration = Duration::from_secs(1);
/// Such answers, at most; made-up ids must not fill the memory.
const MAX_MEMORIES: usize = 4096;
/// Questions to Postgres at one time.
const MAX_LOOKUPS: usize = 4;

/// The rooms of this instance.
pub(crate) struct RoomDirectory {
    queue: Queue,
    pool: PgPool,
    hard: CancellationToken,
    rooms: Mutex<HashMap<DropId, Arc<Room>>>,
    /// Drops without a room, as Postgres told of them; `None` for ids that name no drop.
    others: Mutex<HashMap<DropId, (Instant, Option<RoomLookup>)>>,
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
            lookups: Semaphore::new(MAX_LOOKUPS),
            look_again: Arc::new(Notify::new()),
        })
    }

    /// Waits until somebody wants the rooms to be looked at.
    pub(super) async fn look_again(&self) {
        self.look_again.notified().await;
    }

    pub(super) fn all(&self) -> Vec<Arc<Room>> {
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
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn a_drop_that_had_no_room_a_moment_ago_is_not_looked_for_in_redis() {
        let redis = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("redis://{}", redis.local_addr().unwrap());
        let queue = testkit::room::connect(&url).await;
        // Nothing listens there, and nothing is asked.
        let pool = PgPool::connect_lazy("postgres://nobody@127.0.0.1:1/nothing").unwrap();
        let directory = RoomDirectory::new(queue, pool, CancellationToken::new());
        let drop_id = DropId::generate();
        directory.remember(drop_id, None);

        let found = directory.find(drop_id).await;
        assert!(matches!(found, Err(RoomError::DropNotFound)));
        assert!(redis.accept().now_or_never().is_none(), "nobody has connected");
    }
}
