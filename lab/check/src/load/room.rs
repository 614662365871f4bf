//! The drop's keys in Redis, read once nothing is in progress.
//!
//! Their names repeat the contract on purpose: what Redis holds is not judged by the code that
//! writes it.

use anyhow::Context;
use redis::{Client, FromRedisValue, aio::MultiplexedConnection};
use shared::ids::{DropId, TicketId};

use crate::evidence::RoomDump;

/// Reads the tickets that a drop's keys name.
pub(super) async fn dump(url: &str, drop_id: DropId) -> anyhow::Result<RoomDump> {
    let client = Client::open(url).context("the URL of Redis cannot be read")?;
    let connection = client.get_multiplexed_async_connection().await;
    let mut keys = DropReader { connection: connection.context("cannot reach Redis")?, drop_id };
    Ok(RoomDump {
        has_room: keys.ask("EXISTS", "ep", &[]).await?,
        occupants: keys.tickets("SMEMBERS", "occ", &[]).await?,
        in_flight: keys.tickets("ZRANGE", "inf", &["0", "-1"]).await?,
        intents: keys.tickets("HKEYS", "intent", &[]).await?,
        owned: keys.tickets("HVALS", "own", &[]).await?,
    })
}

/// Asks about the keys of one drop.
struct DropReader {
    connection: MultiplexedConnection,
    drop_id: DropId,
}

impl DropReader {
    async fn tickets(
        &mut self,
        command: &str,
        name: &str,
        args: &[&str],
    ) -> anyhow::Result<Vec<TicketId>> {
        let members: Vec<String> = self.ask(command, name, args).await?;
        let parse = |member: &String| {
            member
                .parse::<TicketId>()
                .with_context(|| format!("{name} names {member}, which is no ticket"))
        };
        members.iter().map(parse).collect()
    }

    async fn ask<T: FromRedisValue>(
        &mut self,
        command: &str,
        name: &str,
        args: &[&str],
    ) -> anyhow::Result<T> {
        let key = format!("{{{}}}:{name}", self.drop_id);
        let mut question = redis::cmd(command);
        question.arg(&key).arg(args);
        let answer = question.query_async(&mut self.connection).await;
        answer.with_context(|| format!("cannot read {key} from Redis"))
    }
}
