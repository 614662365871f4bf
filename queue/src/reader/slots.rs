//! Rooms in the slots of a cluster.
//!
//! A read that waits takes keys of one slot only, so each room would need a connection of its own.
//! Instead each event is told on a sharded channel with the name of its stream, which stays on the
//! node of that slot, and the room is read then. Such a message may be lost; so every room is also
//! read each 5 s, and whenever a connection was broken or a slot has moved.

use super::news::{Heard, SlotNews};
use crate::{
    DropKeys, EventBatch, QueueError,
    events::{Entry, READ},
    servers::Nodes,
};
use futures_util::future::join_all;
use redis::{Cmd, RedisResult, cluster_async::ClusterConnection};
use shared::{ids::DropId, line::EventPoint};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::time::{Instant, timeout, timeout_at};

/// Pause between two reads of a room that nothing is heard of.
const LOOK_EVERY: Duration = Duration::from_secs(5);

type Batches = Vec<(DropId, EventBatch)>;

/// Reads the rooms of a cluster.
pub(super) struct SlotReader {
    nodes: Arc<Nodes>,
    patience: Duration,
    connection: Option<ClusterConnection>,
    news: SlotNews,
    rooms: HashMap<DropId, FollowedRoom>,
    look_at: Instant,
}

/// A room that was asked for lately.
struct FollowedRoom {
    /// There is nothing behind it, as far as was heard.
    read_to: Option<EventPoint>,
    /// Its channel is listened to.
    is_heard: bool,
    asked_for_at: Instant,
}

impl SlotReader {
    pub(super) fn new(nodes: Arc<Nodes>, patience: Duration) -> Self {
        let (news, rooms) = (SlotNews::default(), HashMap::new());
        Self { nodes, patience, connection: None, news, rooms, look_at: Instant::now() }
    }

    pub(super) async fn read(
        &mut self,
        rooms: &[(DropId, EventPoint)],
        block: Duration,
        count: u32,
    ) -> Result<Batches, QueueError> {
        let until = Instant::now() + block;
        loop {
            let connection = self.connection()?;
            self.note(rooms);
            self.listen(&connection).await;
            let found = self.look(&connection, rooms, count).await?;
            if !found.is_empty() || Instant::now() >= until {
                return Ok(found);
            }
            // Which of the two it is will be seen.
            let _ = timeout_at(until.min(self.look_at), self.news.arrived()).await;
        }
    }

    fn connection(&mut self) -> Result<ClusterConnection, QueueError> {
        if let Some(connection) = &self.connection {
            return Ok(connection.clone());
        }
        let made = self.nodes.subscriber(self.news.clone());
        let made = made.map_err(|source| QueueError::of(READ.0, source))?;
        Ok(self.connection.insert(made).clone())
    }

    /// Notes which rooms are asked for, and what was heard of them.
    fn note(&mut self, rooms: &[(DropId, EventPoint)]) {
        let Heard { changed, silent, broken } = self.news.take();
        let now = Instant::now();
        let is_time = now >= self.look_at;
        if is_time {
            self.look_at = now + LOOK_EVERY;
        }
        for (drop_id, room) in &mut self.rooms {
            room.is_heard &= !silent.contains(drop_id);
            if is_time || broken || changed.contains(drop_id) || silent.contains(drop_id) {
                room.read_to = None;
            }
        }
        for (drop_id, _) in rooms {
            let new = FollowedRoom { read_to: None, is_heard: false, asked_for_at: now };
            self.rooms.entry(*drop_id).or_insert(new).asked_for_at = now;
        }
    }

    /// Listens to the rooms that are not heard of yet, and no more to those that nobody asks for.
    async fn listen(&mut self, connection: &ClusterConnection) {
        let calls = self.rooms.iter().filter_map(|(drop_id, room)| {
            let (due, on) = (room.read_to.is_none(), room.is_wanted());
            (due && room.is_heard != on).then_some((*drop_id, on))
        });
        let patience = self.patience;
        let calls: Vec<_> = calls
            .map(|(drop_id, on)| async move {
                let answer = timeout(patience, switch(connection.clone(), drop_id, on)).await;
                (drop_id, on, matches!(answer, Ok(Ok(()))))
            })
            .collect();
        for (drop_id, on, is_done) in join_all(calls).await {
            if let Some(room) = self.rooms.get_mut(&drop_id)
                && is_done
            {
                room.is_heard = on;
            }
        }
        self.rooms.retain(|_, room| room.is_heard || room.is_wanted());
    }

    /// Reads those rooms that may have new events.
    async fn look(
        &mut self,
        connection: &ClusterConnection,
        rooms: &[(DropId, EventPoint)],
        count: u32,
    ) -> Result<Batches, QueueError> {
        let read_to = |drop_id: &DropId| self.rooms.get(drop_id).and_then(|room| room.read_to);
        let due: Vec<_> = rooms.iter().filter(|(id, after)| read_to(id) != Some(*after)).collect();
        let patience = self.patience;
        let asking: Vec<_> = due
            .iter()
            .map(|(drop_id, after)| EventBatch::query(*drop_id, *after, count))
            .map(|query| ask(connection.clone(), query, patience))
            .collect();
        let answers = join_all(asking).await;
        let (mut found, mut failures) = (Batches::new(), Vec::new());
        for ((drop_id, after), answer) in due.into_iter().zip(answers) {
            let Some(room) = self.rooms.get_mut(drop_id) else { continue };
            match answer {
                Ok(batch) => {
                    room.read_to = end_of(&batch, *after, count);
                    if !batch.events.is_empty() || batch.unreadable.is_some() {
                        found.push((*drop_id, batch));
                    }
                }
                // Its node is away, and the others should not wait for it again and again.
                Err(error) => {
                    room.read_to = Some(*after);
                    failures.push(error);
                }
            }
        }
        let n_failed = failures.len();
        match failures.pop() {
            Some(error) if n_failed == rooms.len() => {
                self.rooms.values_mut().for_each(|room| room.read_to = None);
                Err(error)
            }
            Some(error) => {
                tracing::warn!(%error, n_failed, "could not read the events of {n_failed} rooms");
                Ok(found)
            }
            None => Ok(found),
        }
    }
}

impl FollowedRoom {
    /// Who is too busy for a room's events asks for it again soon.
    fn is_wanted(&self) -> bool {
        self.asked_for_at.elapsed() < LOOK_EVERY
    }
}

async fn ask(
    mut connection: ClusterConnection,
    query: Cmd,
    patience: Duration,
) -> Result<EventBatch, QueueError> {
    let entries: Vec<Entry> = timeout(patience, query.query_async(&mut connection))
        .await
        .map_err(|_| QueueError::timed_out(READ.0))?
        .map_err(|source| QueueError::of(READ.0, source))?;
    Ok(EventBatch::read(READ, entries))
}

/// Begins or ends listening to a room.
async fn switch(mut connection: ClusterConnection, drop_id: DropId, on: bool) -> RedisResult<()> {
    let channel = DropKeys::new(drop_id).events();
    if on { connection.ssubscribe(channel).await } else { connection.sunsubscribe(channel).await }
}

/// Returns the point that nothing stands behind, if this batch shows it.
fn end_of(batch: &EventBatch, after: EventPoint, count: u32) -> Option<EventPoint> {
    let is_whole = batch.events.len() < count as usize && batch.unreadable.is_none();
    is_whole.then(|| batch.events.last().map_or(after, |event| event.point))
}
