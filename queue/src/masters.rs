//! Whether all parts of a cluster are there.

use crate::{Queue, servers::Servers};

impl Queue {
    /// Returns whether every master answers: each node of a cluster that has slots, or else the one
    /// server. While one is away its rooms are, and no others.
    pub async fn has_all_masters(&self) -> bool {
        let Servers::Cluster(nodes, connection) = &self.servers else {
            return self.ping().await.is_ok();
        };
        let asking = nodes.ask_all_masters(connection.clone());
        self.limited("ask all masters", asking).await.is_ok()
    }
}
