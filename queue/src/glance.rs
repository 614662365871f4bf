//! Looks that cost next to nothing, for rooms in which nothing happens: plain commands, without the
//! guard.
//!
//! They tell whether there is anything to do at all. Who is told that there is asks a script, and
//! nothing is changed by what is found here alone.

use crate::{DropKeys, Queue, QueueError, keys::ROOMS};
use redis::cluster_routing::MultipleNodeRoutingInfo;
use shared::ids::DropId;
use std::collections::BTreeMap;

const LOOK_AT_SERVERS: &str = "look at the servers";

/// Which masters there are, and how many rooms they have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServersMark {
    /// Run and replication id of each, by its address.
    masters: BTreeMap<String, [String; 2]>,
    n_rooms: u64,
}

impl ServersMark {
    /// Whether rooms of the look before may be lost: on another server or run of it, or removed.
    #[must_use]
    pub fn may_lack_rooms_of(&self, before: &Self) -> bool {
        self.masters != before.masters || self.n_rooms < before.n_rooms
    }
}

impl Queue {
    /// Looks at the servers, for all rooms at once.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`] when one of the masters does not answer.
    pub async fn servers_mark(&self) -> Result<ServersMark, QueueError> {
        let mut asking = redis::cmd("INFO");
        asking.arg("server").arg("replication");
        let nodes = MultipleNodeRoutingInfo::AllMasters;
        let infos: BTreeMap<String, String> = self.of_nodes(LOOK_AT_SERVERS, asking, nodes).await?;
        let mut counting = redis::cmd("SCARD");
        counting.arg(ROOMS);
        let n_rooms = self.command(LOOK_AT_SERVERS, &counting).await?;
        let masters = infos.into_iter().map(|(node, info)| (node, ids(&info))).collect();
        Ok(ServersMark { masters, n_rooms })
    }

    /// Returns whether a room has tickets that wait or are absent, are in flight, or have an order
    /// that goes on.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`] when Redis does not answer.
    pub async fn has_live_tickets(&self, drop_id: DropId) -> Result<bool, QueueError> {
        let keys = DropKeys::new(drop_id);
        let mut looking = redis::cmd("EXISTS");
        // An account with two tickets has the record of one; the other may be in flight.
        looking.arg(keys.named("intent")).arg(keys.named("inf"));
        let n_found: u64 = self.command("look for tickets", &looking).await?;
        Ok(n_found > 0)
    }
}

/// Reads the ids of a server and of its replication.
fn ids(info: &str) -> [String; 2] {
    ["run_id:", "master_replid:"].map(|name| {
        let found = info.lines().find_map(|line| line.strip_prefix(name));
        found.unwrap_or_default().to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(info: &str, n_rooms: u64) -> ServersMark {
        ServersMark { masters: [(String::new(), ids(info))].into(), n_rooms }
    }

    #[test]
    fn a_server_is_known_by_its_ids_whatever_else_it_says() {
        let before = mark("run_id:a\r\nuptime_in_seconds:5\r\nmaster_replid:b\r\n", 2);
        let later = mark("run_id:a\r\nuptime_in_seconds:6\r\nmaster_replid:b\r\n", 2);
        assert!(!later.may_lack_rooms_of(&before));
        for other in ["run_id:c\r\nmaster_replid:b\r\n", "run_id:a\r\nmaster_replid:c\r\n"] {
            assert!(mark(other, 2).may_lack_rooms_of(&before), "{other}");
        }
    }

    #[test]
    fn rooms_that_are_made_say_nothing_of_the_others_and_fewer_do() {
        let with = |n_rooms| mark("run_id:a\r\nmaster_replid:b\r\n", n_rooms);
        assert!(!with(3).may_lack_rooms_of(&with(2)));
        assert!(with(1).may_lack_rooms_of(&with(2)));
    }
}
