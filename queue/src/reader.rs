//! Waiting for the events of many rooms, on a connection of its own: a blocking read would hold
//! up every other call, and the usual time limit would end it.

use crate::{DropKeys, EventBatch, Queue, QueueError, events::Entry, wire::Reader};
use redis::{AsyncConnectionConfig, Client, aio::MultiplexedConnection};
use shared::{ids::DropId, line::EventPoint};
use std::{sync::Arc, time::Duration};

const READ: Reader = Reader("read events");

/// Reads the events of many rooms as they happen.
pub struct EventReader {
    client: Arc<Client>,
    /// How long the server may take beyond the time it was told to wait.
    patience: Duration,
    connection: Option<MultiplexedConnection>,
}

impl Queue {
    /// Creates a reader. It connects at its first read, and again whenever the connection breaks.
    #[must_use]
    pub fn event_reader(&self) -> EventReader {
        EventReader { client: Arc::clone(&self.client), patience: self.timeout, connection: None }
    }
}

impl EventReader {
    /// Waits up to `block` for events behind the given points. Returns up to `count` per room, as
    /// far as they can be read, and only rooms that have any.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn read(
        &mut self,
        rooms: &[(DropId, EventPoint)],
        block: Duration,
        count: u32,
    ) -> Result<Vec<(DropId, EventBatch)>, QueueError> {
        if rooms.is_empty() {
            return Ok(Vec::new());
        }
        // A connection whose read was cancelled or failed is not put back: its reply may still be
        // on the way.
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        let command = command(rooms, block, count);
        let reply = command.query_async(&mut connection);
        let reply: Option<Vec<(String, Vec<Entry>)>> =
            tokio::time::timeout(block + self.patience, reply)
                .await
                .map_err(|_| QueueError::timed_out(READ.0))?
                .map_err(|source| QueueError::of(READ.0, source))?;
        self.connection = Some(connection);
        reply.unwrap_or_default().into_iter().map(|(key, entries)| of_room(&key, entries)).collect()
    }

    async fn connect(&self) -> Result<MultiplexedConnection, QueueError> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.patience))
            .set_response_timeout(None);
        let connection = self.client.get_multiplexed_async_connection_with_config(&config);
        connection.await.map_err(|source| QueueError::of(READ.0, source))
    }
}

impl std::fmt::Debug for EventReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let connected = self.connection.is_some();
        f.debug_struct("EventReader").field("connected", &connected).finish_non_exhaustive()
    }
}

fn command(rooms: &[(DropId, EventPoint)], block: Duration, count: u32) -> redis::Cmd {
    let mut command = redis::cmd("XREAD");
    // 0 would mean for ever.
    command.arg("COUNT").arg(count).arg("BLOCK").arg(block.as_millis().max(1) as u64);
    command.arg("STREAMS");
    for (drop_id, _) in rooms {
        command.arg(DropKeys::new(*drop_id).events());
    }
    for (_, after) in rooms {
        command.arg(after.to_string());
    }
    command
}

fn of_room(key: &str, entries: Vec<Entry>) -> Result<(DropId, EventBatch), QueueError> {
    let drop_id = DropKeys::drop_of(key).ok_or_else(|| READ.wrong(key))?;
    Ok((drop_id, EventBatch::read(READ, entries)))
}
