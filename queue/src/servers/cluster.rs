//! The nodes of a cluster.
//!
//! All keys of a drop have one hash tag, so each of its scripts runs on the master of that slot. The
//! client follows a slot that was moved; while it is being moved, scripts are refused (TRYAGAIN),
//! since some of their keys are always missing on either side.

use crate::client::Authorities;
use futures_util::future::try_join_all;
use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, ErrorKind, ProtocolVersion,
    RedisError, RedisResult, Value,
    aio::AsyncPushSender,
    cluster::{ClusterClient, ClusterClientBuilder, ClusterConfig},
    cluster_async::ClusterConnection,
};
use secrecy::ExposeSecret;
use shared::config::RedisSettings;
use std::{collections::BTreeSet, iter, time::Duration};
use uuid::Uuid;

/// A call may be sent on so often: a moved slot takes one. Callers repeat what does not succeed.
const RETRIES: u32 = 3;
/// Pause before a call is sent again where nothing says to which node, milliseconds.
const RETRY_AFTER: u64 = 10;
const RETRY_AFTER_AT_MOST: u64 = 100;

/// Where the cluster is.
pub(crate) struct Nodes {
    urls: Vec<String>,
    /// How to speak to each node, and where the first one is.
    first: ConnectionInfo,
    authorities: Authorities,
    timeout: Duration,
}

impl Nodes {
    pub(super) fn new(
        settings: &RedisSettings,
        authorities: Authorities,
        timeout: Duration,
    ) -> RedisResult<Self> {
        let client = authorities.client(settings.url.expose_secret())?;
        let first = client.get_connection_info().clone();
        let all = iter::once(&settings.url).chain(&settings.nodes);
        let urls = all.map(|url| url.expose_secret().to_owned()).collect();
        Ok(Self { urls, first, authorities, timeout })
    }

    /// Prepares a connection to all masters, which finds them when it is first used.
    pub(super) fn connect(&self) -> RedisResult<ClusterConnection> {
        Ok(self.open(&self.builder().build()?))
    }

    /// Prepares one that passes on what is published to it.
    pub(crate) fn subscriber(&self, heard: impl AsyncPushSender) -> RedisResult<ClusterConnection> {
        // Only so are replies and what is published told apart.
        let builder = self.builder().use_protocol(ProtocolVersion::RESP3);
        Ok(self.open(&builder.push_sender(heard).build()?))
    }

    /// Returns one of the masters.
    pub(super) async fn any(&self, connection: ClusterConnection) -> RedisResult<Client> {
        let mut masters = self.masters(connection).await?;
        if masters.is_empty() {
            let why = (ErrorKind::ClusterConnectionNotFound, "no node has a slot");
            return Err(RedisError::from(why));
        }
        let (host, port) =
            masters.swap_remove(Uuid::new_v4().as_u64_pair().1 as usize % masters.len());
        self.client(host, port)
    }

    fn client(&self, host: String, port: u16) -> RedisResult<Client> {
        Client::open(self.first.clone().set_addr(at(self.first.addr(), host, port)))
    }

    /// Returns whether this node is one of the masters.
    pub(super) async fn has(
        &self,
        client: &Client,
        connection: ClusterConnection,
    ) -> RedisResult<bool> {
        let address = client.get_connection_info().addr();
        let masters = self.masters(connection).await?.into_iter();
        let mut addresses = masters.map(|(host, port)| at(self.first.addr(), host, port));
        Ok(addresses.any(|master| master == *address))
    }

    /// Fails unless each master answers. They are asked over connections of their own: the shared one
    /// leaves out those that it has lost, and looks for them no sooner than somebody wants their keys.
    pub(crate) async fn ask_all_masters(&self, connection: ClusterConnection) -> RedisResult<()> {
        let masters: BTreeSet<_> = self.masters(connection).await?.into_iter().collect();
        try_join_all(masters.into_iter().map(|(host, port)| self.ask(host, port))).await?;
        Ok(())
    }

    async fn ask(&self, host: String, port: u16) -> RedisResult<()> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.to_connect()))
            .set_response_timeout(Some(self.timeout));
        let client = self.client(host, port)?;
        let mut own = client.get_multiplexed_async_connection_with_config(&config).await?;
        redis::cmd("PING").query_async(&mut own).await
    }

    /// Asks some node which nodes have slots. One that has many ranges is named as often.
    async fn masters(&self, mut connection: ClusterConnection) -> RedisResult<Vec<(String, u16)>> {
        let mut command = redis::cmd("CLUSTER");
        command.arg("SLOTS");
        let ranges: Vec<Vec<Value>> = command.query_async(&mut connection).await?;
        Ok(ranges.iter().filter_map(|range| self.master(range)).collect())
    }

    /// Reads `first, last, master, replica..`, where a node is `host, port, id..`.
    fn master(&self, range: &[Value]) -> Option<(String, u16)> {
        let Value::Array(master) = range.get(2)? else { return None };
        let port = |port: &i64| u16::try_from(*port).ok();
        match master.as_slice() {
            [Value::BulkString(host), Value::Int(at), ..] => {
                Some((String::from_utf8(host.clone()).ok()?, port(at)?))
            }
            // It does not know its own name: it is where we ask.
            [Value::Nil, Value::Int(at), ..] => Some((host_of(self.first.addr())?, port(at)?)),
            _ => None,
        }
    }

    fn builder(&self) -> ClusterClientBuilder {
        let builder = ClusterClientBuilder::new(self.urls.iter().map(String::as_str))
            .retries(RETRIES)
            .min_retry_wait(RETRY_AFTER)
            .max_retry_wait(RETRY_AFTER_AT_MOST)
            .connection_timeout(self.to_connect())
            .response_timeout(self.timeout);
        match self.authorities.certificates() {
            Some(certificates) => builder.certs(certificates),
            None => builder,
        }
    }

    fn open(&self, client: &ClusterClient) -> ClusterConnection {
        let config = ClusterConfig::new()
            .set_connection_timeout(self.to_connect())
            .set_response_timeout(self.timeout);
        client.get_pending_async_connection_with_config(config)
    }

    /// While one node is looked for, calls to the others wait.
    fn to_connect(&self) -> Duration {
        self.timeout / 4
    }
}

fn host_of(address: &ConnectionAddr) -> Option<String> {
    let (ConnectionAddr::Tcp(host, _) | ConnectionAddr::TcpTls { host, .. }) = address else {
        return None;
    };
    Some(host.clone())
}

/// Returns an address like this one, elsewhere.
fn at(like: &ConnectionAddr, host: String, port: u16) -> ConnectionAddr {
    match like {
        ConnectionAddr::TcpTls { insecure, tls_params, .. } => ConnectionAddr::TcpTls {
            host,
            port,
            insecure: *insecure,
            tls_params: tls_params.clone(),
        },
        _ => ConnectionAddr::Tcp(host, port),
    }
}
