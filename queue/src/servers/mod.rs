//! How Redis is reached: on one server, on the master that sentinels name, or on a cluster.
//!
//! | module | holds |
//! |---|---|
//! | `master` | the master of the moment, found anew when it does not work as one |
//! | `cluster` | the nodes of a cluster |
//!
//! A caller sees none of it but errors that pass: a room whose slot is moved, or whose master is
//! replaced, is unavailable, and then on another server, which the guard notices.

mod cluster;
mod master;

pub(crate) use cluster::Nodes;
pub(crate) use master::Master;

use crate::{
    QueueError,
    client::{Authorities, BUFFER},
};
use futures_util::FutureExt;
use redis::{
    Client, Cmd, Pipeline, RedisFuture, RedisResult, Value,
    aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig},
    cluster_async::ClusterConnection,
};
use secrecy::ExposeSecret;
use shared::config::{RedisMode, RedisSettings};
use std::{sync::Arc, time::Duration};

/// The servers, with the connection that all calls share. A clone is cheap.
#[derive(Clone)]
pub(crate) enum Servers {
    Single(Arc<Client>, ConnectionManager),
    Sentinel(Arc<Master>),
    Cluster(Arc<Nodes>, ClusterConnection),
}

impl Servers {
    /// Prepares the connection, which is made at the first call and again whenever it breaks.
    pub(crate) fn new(settings: &RedisSettings, timeout: Duration) -> RedisResult<Self> {
        let authorities = Authorities::read(settings)?;
        Ok(match settings.mode {
            RedisMode::Single => {
                let client = authorities.client(settings.url.expose_secret())?;
                let connection = managed(&client, timeout)?;
                Self::Single(Arc::new(client), connection)
            }
            RedisMode::Sentinel => {
                Self::Sentinel(Arc::new(Master::new(settings, &authorities, timeout)?))
            }
            RedisMode::Cluster => {
                let nodes = Nodes::new(settings, authorities, timeout)?;
                let connection = nodes.connect()?;
                Self::Cluster(Arc::new(nodes), connection)
            }
        })
    }

    /// Returns a server to listen to. Of a cluster any node will do: what is published on one is
    /// heard on all.
    pub(crate) async fn listener(&self) -> RedisResult<Client> {
        match self {
            Self::Single(client, _) => Ok(client.as_ref().clone()),
            Self::Sentinel(master) => master.client().await,
            Self::Cluster(nodes, connection) => nodes.any(connection.clone()).await,
        }
    }

    /// Returns whether the master is known to be another server by now than this one.
    pub(crate) fn has_left(&self, client: &Client) -> bool {
        matches!(self, Self::Sentinel(master) if !master.is_at(client))
    }

    /// Returns whether this server is still one to listen to: one that was replaced may live on and
    /// say nothing.
    pub(crate) async fn is_current(&self, client: &Client) -> RedisResult<bool> {
        match self {
            Self::Single(..) | Self::Sentinel(_) => Ok(!self.has_left(client)),
            Self::Cluster(nodes, connection) => nodes.has(client, connection.clone()).await,
        }
    }

    /// Notes how a call failed: the master may be another one by now. A cluster's connection finds
    /// out for itself.
    pub(crate) fn note_failure(&self, error: &QueueError) {
        if let Self::Sentinel(master) = self
            && (error.is_unavailable() || error.is_other_server())
        {
            master.doubt();
        }
    }
}

impl ConnectionLike for Servers {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Self::Single(_, connection) => connection.req_packed_command(cmd),
            Self::Sentinel(master) => {
                async move { master.connection().await?.req_packed_command(cmd).await }.boxed()
            }
            Self::Cluster(_, connection) => connection.req_packed_command(cmd),
        }
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Self::Single(_, connection) => connection.req_packed_commands(pipeline, offset, count),
            Self::Sentinel(master) => async move {
                let mut connection = master.connection().await?;
                connection.req_packed_commands(pipeline, offset, count).await
            }
            .boxed(),
            Self::Cluster(_, connection) => connection.req_packed_commands(pipeline, offset, count),
        }
    }

    fn get_db(&self) -> i64 {
        match self {
            Self::Single(_, connection) => connection.get_db(),
            Self::Sentinel(master) => master.database(),
            Self::Cluster(_, connection) => connection.get_db(),
        }
    }
}

impl std::fmt::Debug for Servers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Single(..) => "Single",
            Self::Sentinel(_) => "Sentinel",
            Self::Cluster(..) => "Cluster",
        })
    }
}

fn managed(client: &Client, timeout: Duration) -> RedisResult<ConnectionManager> {
    let config = ConnectionManagerConfig::new()
        .set_connection_timeout(Some(timeout))
        .set_response_timeout(Some(timeout))
        // The next call tries again; none should wait through a long series of retries.
        .set_number_of_retries(1)
        .set_max_delay(Duration::from_millis(200))
        .set_pipeline_buffer_size(BUFFER);
    ConnectionManager::new_lazy_with_config(client.clone(), config)
}
