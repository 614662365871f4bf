//! All rooms on one server: one blocking read, on a connection of its own. It would hold up every
//! other call, and the usual time limit would end it.

use crate::{
    DropKeys, EventBatch, QueueError,
    events::{Entry, READ},
    servers::Servers,
};
use redis::{AsyncConnectionConfig, Client, aio::MultiplexedConnection};
use shared::{ids::DropId, line::EventPoint};
use std::time::Duration;

/// Reads the rooms of one server.
pub(super) struct BlockingReader {
    servers: Servers,
    /// How long the server may take beyond the time it was told to wait.
    patience: Duration,
    connection: Option<(Client, MultiplexedConnection)>,
}

impl BlockingReader {
    pub(super) fn new(servers: Servers, patience: Duration) -> Self {
        Self { servers, patience, connection: None }
    }

    pub(super) async fn read(
        &mut self,
        rooms: &[(DropId, EventPoint)],
        block: Duration,
        count: u32,
    ) -> Result<Vec<(DropId, EventBatch)>, QueueError> {
        let read = self.wait(rooms, block, count).await;
        read.inspect_err(|error| self.servers.note_failure(error))
    }

    async fn wait(
        &mut self,
        rooms: &[(DropId, EventPoint)],
        block: Duration,
        count: u32,
    ) -> Result<Vec<(DropId, EventBatch)>, QueueError> {
        // A connection whose read was cancelled or failed is not put back: its reply may still be
        // on the way. A master that was replaced may live on, and nothing happens there any more.
        let kept = self.connection.take().filter(|(client, _)| !self.servers.has_left(client));
        let (client, mut connection) = match kept {
            Some(kept) => kept,
            None => self.connect().await?,
        };
        let command = command(rooms, block, count);
        let reply = command.query_async(&mut connection);
        let reply: Option<Vec<(String, Vec<Entry>)>> =
            tokio::time::timeout(block + self.patience, reply)
                .await
                .map_err(|_| QueueError::timed_out(READ.0))?
                .map_err(|source| QueueError::of(READ.0, source))?;
        self.connection = Some((client, connection));
        reply.unwrap_or_default().into_iter().map(|(key, entries)| of_room(&key, entries)).collect()
    }

    async fn connect(&self) -> Result<(Client, MultiplexedConnection), QueueError> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.patience))
            .set_response_timeout(None);
        let connecting = async {
            let client = self.servers.listener().await?;
            let connection = client.get_multiplexed_async_connection_with_config(&config).await?;
            Ok((client, connection))
        };
        connecting.await.map_err(|source| QueueError::of(READ.0, source))
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
