//! Redis Cluster: three masters, each with a third of the slots.

use std::{path::Path, time::Duration};

use crate::{
    Env, ServerHandle, StackError, ports,
    private_files::make_dir,
    redis::{self, RedisServer},
};

/// The slots of each master.
const SLOTS: [(u16, u16); 3] = [(0, 5_460), (5_461, 10_922), (10_923, 16_383)];
/// A node that does not answer for so long is taken for dead.
const NODE_TIMEOUT: Duration = Duration::from_secs(2);

/// A running cluster. Dropped without [`stop`](Self::stop), it is killed.
#[derive(Debug)]
pub struct RedisCluster {
    nodes: Vec<ClusterNode>,
}

#[derive(Debug)]
struct ClusterNode {
    server: RedisServer,
    port: u16,
    bus_port: u16,
}

impl RedisCluster {
    /// Starts a new cluster on free ports, with its data and logs in `dir`; returns when all slots are
    /// served.
    ///
    /// # Errors
    ///
    /// Returns an error if a node does not start or they do not find one another. What was started
    /// by then is killed.
    pub async fn start(dir: &Path) -> Result<Self, StackError> {
        make_dir(&dir.join("logs"))?;
        let numbers = 1..=SLOTS.len();
        let nodes =
            numbers.map(|number| ClusterNode::prepare(dir, number)).collect::<Result<_, _>>()?;
        let cluster = Self { nodes };
        for (node, (number, slots)) in cluster.nodes.iter().zip((1..).zip(SLOTS)) {
            node.start(number, slots).await?;
        }
        let (first, others) = (&cluster.nodes[0], &cluster.nodes[1..]);
        for other in others {
            let meet = format!("CLUSTER MEET 127.0.0.1 {} {}", other.port, other.bus_port);
            redis::ask(&first.server.handle, &meet).await?;
        }
        let words = ["cluster_state:ok", "cluster_slots_ok:16384", "cluster_known_nodes:3"];
        redis::wait_until_all_say(cluster.nodes(), "CLUSTER INFO", &words).await?;
        Ok(cluster)
    }

    /// The masters, in the order of their slots.
    pub fn nodes(&self) -> impl Iterator<Item = &ServerHandle> {
        self.nodes.iter().map(|node| &node.server.handle)
    }

    /// How services reach it.
    pub fn env(&self) -> Env {
        let mut urls = self.nodes().map(ServerHandle::url);
        [
            ("SLUICE_REDIS__MODE", "cluster".to_owned()),
            ("SLUICE_REDIS__URL", urls.next().unwrap_or_default().to_owned()),
            ("SLUICE_REDIS__NODES", urls.collect::<Vec<_>>().join(",")),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    /// Stops all nodes.
    ///
    /// # Errors
    ///
    /// Returns the first failure, after all were tried.
    pub async fn stop(&self) -> Result<(), StackError> {
        let mut results = Vec::new();
        for node in self.nodes() {
            results.push(node.stop().await);
        }
        results.into_iter().collect()
    }
}

impl ClusterNode {
    fn prepare(dir: &Path, number: usize) -> Result<Self, StackError> {
        let (port, bus_port) = (ports::reserve()?, ports::reserve()?);
        let (bus, patience) = (bus_port.to_string(), NODE_TIMEOUT.as_millis().to_string());
        let settings = [
            ("--cluster-enabled", "yes"),
            ("--cluster-config-file", "nodes.conf"),
            ("--cluster-port", bus.as_str()),
            ("--cluster-node-timeout", patience.as_str()),
            // The rooms of one node that is away are enough to do without.
            ("--cluster-require-full-coverage", "no"),
        ];
        let server = RedisServer::named(&format!("redis-node-{number}"), dir, port, &settings)?;
        Ok(Self { server, port, bus_port })
    }

    async fn start(&self, number: usize, (first, last): (u16, u16)) -> Result<(), StackError> {
        self.server.first_start(self.port).await?;
        // Else two that meet would have to find out who wins.
        let epoch = format!("CLUSTER SET-CONFIG-EPOCH {number}");
        redis::ask(&self.server.handle, &epoch).await?;
        let slots = format!("CLUSTER ADDSLOTSRANGE {first} {last}");
        redis::ask(&self.server.handle, &slots).await.map(drop)
    }
}
