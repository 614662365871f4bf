//! Settings of the servers that could lose the line.

use crate::{Queue, QueueError, servers::Servers};
use redis::{
    Cmd, FromRedisValue, RedisResult,
    cluster_routing::{MultipleNodeRoutingInfo, RoutingInfo},
    from_redis_value,
};
use std::collections::{BTreeMap, HashMap};

const OPERATION: &str = "assert settings";

/// What each server must have.
const NEEDED: [(&str, &str); 3] =
    [("maxmemory-policy", "noeviction"), ("appendonly", "yes"), ("appendfsync", "everysec")];

/// What one with replicas must have as well: at least and at most. Without them a master that was
/// replaced and does not know it takes joins for as long as it is reached.
const WITH_REPLICAS: [(&str, [u64; 2], &str); 2] = [
    ("min-replicas-to-write", [1, u64::MAX], "1 or more"),
    ("min-replicas-max-lag", [1, 5], "1 to 5"),
];

/// Settings by name.
type Found = HashMap<String, String>;

impl Queue {
    /// Checks that the servers keep what they are given: no eviction, an append-only file synced every
    /// second, and, where there are replicas, no writes without one. A server that does not show its
    /// settings is believed, and a warning says so.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError::Setting`] with the setting that is wrong.
    pub async fn assert_settings(&self) -> Result<(), QueueError> {
        let mut asking = redis::cmd("CONFIG");
        asking.arg("GET").arg(&NEEDED.map(|(name, _)| name));
        asking.arg(&WITH_REPLICAS.map(|(name, ..)| name));
        let settings: BTreeMap<String, Found> = match self.of_each_node(asking).await {
            Err(QueueError::Redis { source, .. }) => {
                tracing::warn!(
                    error = %source,
                    "cannot read the settings of Redis; see to it that it has noeviction, an \
                     append-only file and, with replicas, min-replicas-to-write"
                );
                return Ok(());
            }
            settings => settings?,
        };
        let mut asking = redis::cmd("INFO");
        asking.arg("replication");
        let replication: BTreeMap<String, String> = self.of_each_node(asking).await?;
        settings.iter().try_for_each(|(node, found)| {
            let info = replication.get(node).map(String::as_str).unwrap_or_default();
            check(found, matches!(self.servers, Servers::Sentinel(_)) || has_replicas(info))
        })
    }

    /// Asks every node, replicas of a cluster included: each may be a master tomorrow.
    async fn of_each_node<T: FromRedisValue>(
        &self,
        command: Cmd,
    ) -> Result<BTreeMap<String, T>, QueueError> {
        self.of_nodes(OPERATION, command, MultipleNodeRoutingInfo::AllNodes).await
    }

    /// Asks these nodes of a cluster, or else the one server. Fails if one of them is away.
    pub(crate) async fn of_nodes<T: FromRedisValue>(
        &self,
        operation: &'static str,
        command: Cmd,
        nodes: MultipleNodeRoutingInfo,
    ) -> Result<BTreeMap<String, T>, QueueError> {
        let Servers::Cluster(_, connection) = &self.servers else {
            return Ok([(String::new(), self.command(operation, &command).await?)].into());
        };
        let mut connection = connection.clone();
        let asking = async {
            let routing = RoutingInfo::MultiNode((nodes, None));
            let answers = connection.route_command(command, routing).await?;
            RedisResult::Ok(from_redis_value(answers)?)
        };
        self.limited(operation, asking).await
    }
}

/// Whether a server has replicas, or is one.
fn has_replicas(info: &str) -> bool {
    let field =
        |name: &str| info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    field("role") == Some("slave") || field("connected_slaves").is_some_and(|n| n != "0")
}

fn check(found: &Found, replicated: bool) -> Result<(), QueueError> {
    let value = |setting: &str| found.get(setting).cloned().unwrap_or_default();
    for (setting, needed) in NEEDED {
        let found = value(setting);
        // Syncing at every write keeps even more.
        if found != needed && !(setting == "appendfsync" && found == "always") {
            return Err(QueueError::Setting { setting, found, needed });
        }
    }
    for (setting, [least, most], needed) in WITH_REPLICAS {
        let found = value(setting);
        let is_right = found.parse::<u64>().is_ok_and(|n| (least..=most).contains(&n));
        if replicated && !is_right {
            return Err(QueueError::Setting { setting, found, needed });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(to_write: &str, lag: &str) -> Found {
        let replicas = [("min-replicas-to-write", to_write), ("min-replicas-max-lag", lag)];
        let all = NEEDED.into_iter().chain(replicas);
        all.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn with_replicas_no_write_goes_without_one() {
        assert!(check(&found("0", "10"), false).is_ok());
        assert!(check(&found("1", "5"), true).is_ok());
        for (to_write, lag) in [("0", "5"), ("1", "10"), ("1", "0")] {
            assert!(check(&found(to_write, lag), true).is_err(), "{to_write} {lag}");
        }
    }

    #[test]
    fn a_server_that_evicts_is_refused_with_the_setting() {
        let mut evicting = found("1", "5");
        evicting.insert("maxmemory-policy".to_owned(), "allkeys-lru".to_owned());
        let error = check(&evicting, false).unwrap_err();
        assert!(error.to_string().contains("maxmemory-policy"), "{error}");
    }

    #[test]
    fn a_master_and_its_replica_are_known_by_what_they_say() {
        assert!(has_replicas("# Replication\r\nrole:master\r\nconnected_slaves:2\r\n"));
        assert!(has_replicas("role:slave\r\nconnected_slaves:0\r\n"));
        assert!(!has_replicas("role:master\r\nconnected_slaves:0\r\n"));
    }
}
