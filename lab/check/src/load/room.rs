//! The drop's keys in Redis, read once nothing is in progress.
//!
//! Names and forms repeat the contract on purpose: what Redis holds is not judged by the code that
//! writes it. Ids are their 16 bytes; a record of `intent` begins with its ticket's.

use std::collections::HashMap;

use anyhow::Context;
use redis::{Client, ConnectionAddr, FromRedisValue, aio::MultiplexedConnection};
use shared::ids::{DropId, ShopperId, TicketId, VariantId};
use uuid::Uuid;

use crate::evidence::RoomDump;

/// The lanes that there may be.
const LANES: [u8; 4] = [0, 1, 2, 3];
/// Bytes of an id.
const ID_LEN: usize = 16;

/// Reads the tickets and accounts that the keys of a drop name which sells these variants.
pub(super) async fn dump(
    url: &str,
    drop_id: DropId,
    variants: &[VariantId],
) -> anyhow::Result<RoomDump> {
    let mut keys = DropReader { connection: connect(url, drop_id).await?, drop_id };
    Ok(RoomDump {
        has_room: keys.ask("EXISTS", "ep", &[]).await?,
        occupants: keys.ids("HKEYS", "occ", &[]).await?,
        in_flight: keys.ids("ZRANGE", "inf", &["0", "-1"]).await?,
        leases: keys.ids("HKEYS", "lease", &[]).await?,
        intents: keys.intents().await?,
        in_line: keys.in_line(variants).await?,
    })
}

/// Connects to the server, or to that node of its cluster which has the keys of this drop.
async fn connect(url: &str, drop_id: DropId) -> anyhow::Result<MultiplexedConnection> {
    let client = Client::open(url).context("the URL of Redis cannot be read")?;
    let connection = client.get_multiplexed_async_connection().await;
    let mut connection = connection.context("cannot reach Redis")?;
    let mut question = redis::cmd("EXISTS");
    let answer = question.arg(format!("{{{drop_id}}}:ep")).exec_async(&mut connection).await;
    let Err(error) = answer else { return Ok(connection) };
    let node = error.redirect_node().and_then(|(address, _slot)| address.rsplit_once(':'));
    let (host, port) = node.with_context(|| format!("cannot ask Redis: {error}"))?;
    let address = ConnectionAddr::Tcp(host.to_owned(), port.parse()?);
    let client = Client::open(client.get_connection_info().clone().set_addr(address))?;
    Ok(client.get_multiplexed_async_connection().await?)
}

/// Asks about the keys of one drop.
struct DropReader {
    connection: MultiplexedConnection,
    drop_id: DropId,
}

impl DropReader {
    async fn intents(&mut self) -> anyhow::Result<HashMap<ShopperId, TicketId>> {
        let records: HashMap<Vec<u8>, Vec<u8>> = self.ask("HGETALL", "intent", &[]).await?;
        records.iter().map(|(account, record)| intent(account, record)).collect()
    }

    async fn in_line(&mut self, variants: &[VariantId]) -> anyhow::Result<Vec<ShopperId>> {
        let mut shoppers = Vec::new();
        for lane in LANES {
            for variant in variants {
                for kind in ["w", "missed"] {
                    let name = format!("{kind}:{lane}:{variant}");
                    shoppers.extend(self.ids::<ShopperId>("ZRANGE", &name, &["0", "-1"]).await?);
                }
            }
        }
        Ok(shoppers)
    }

    async fn ids<T: From<Uuid>>(
        &mut self,
        command: &str,
        name: &str,
        args: &[&str],
    ) -> anyhow::Result<Vec<T>> {
        let members: Vec<Vec<u8>> = self.ask(command, name, args).await?;
        members.iter().map(|member| id(name, member).map(T::from)).collect()
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

fn intent(account: &[u8], record: &[u8]) -> anyhow::Result<(ShopperId, TicketId)> {
    let ticket = record.get(..ID_LEN).context("a record of intent is too short")?;
    Ok((ShopperId::from(id("intent", account)?), TicketId::from(id("intent", ticket)?)))
}

/// Reads an id that the key with this name holds.
fn id(name: &str, bytes: &[u8]) -> anyhow::Result<Uuid> {
    Uuid::from_slice(bytes).with_context(|| format!("{name} names {bytes:?}, which is no id"))
}
