//! The master that the sentinels name.
//!
//! It is asked for once and kept while it works. After a call that failed as it would on a master
//! that was replaced, the sentinels are asked again; a sentinel cuts the connections of a master that
//! it demotes, so most often that is at once.

use crate::client::{Authorities, BUFFER};
use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, ErrorKind, RedisConnectionInfo,
    RedisError, RedisResult, TlsMode,
    aio::MultiplexedConnection,
    sentinel::{SentinelClient, SentinelClientBuilder, SentinelServerType},
};
use secrecy::{ExposeSecret, SecretString};
use shared::config::RedisSettings;
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// A connection is left alone for so long before its master is doubted: of many calls that fail at
/// once, one asks the sentinels.
const TRUSTED: Duration = Duration::from_secs(1);

/// Finds and keeps the master.
pub(crate) struct Master {
    database: i64,
    timeout: Duration,
    /// One caller asks, the others wait for what it finds.
    sentinels: tokio::sync::Mutex<SentinelClient>,
    current: Mutex<Option<Current>>,
}

/// The master of the moment.
struct Current {
    client: Client,
    connection: MultiplexedConnection,
    since: Instant,
}

impl Master {
    pub(super) fn new(
        settings: &RedisSettings,
        authorities: &Authorities,
        timeout: Duration,
    ) -> RedisResult<Self> {
        if settings.master_name.is_empty() {
            return Err(wrong("redis.master_name is empty"));
        }
        let info = |url: &SecretString| -> RedisResult<ConnectionInfo> {
            let client = authorities.client(url.expose_secret())?;
            Ok(client.get_connection_info().clone())
        };
        let master = info(&settings.url)?;
        let sentinels = settings.nodes.iter().map(info).collect::<RedisResult<Vec<_>>>()?;
        let login = sentinels_login(&sentinels)?;
        let addresses = sentinels.iter().map(|sentinel| sentinel.addr().clone());
        let kind = SentinelServerType::Master;
        let builder = SentinelClientBuilder::new(addresses, &settings.master_name, kind)?;
        let builder = of_master(of_sentinels(builder, login), &master, authorities);
        Ok(Self {
            database: master.redis_settings().db(),
            timeout,
            sentinels: tokio::sync::Mutex::new(builder.build()?),
            current: Mutex::new(None),
        })
    }

    pub(super) fn database(&self) -> i64 {
        self.database
    }

    /// Returns the connection to the master, which is made if there is none.
    pub(super) async fn connection(&self) -> RedisResult<MultiplexedConnection> {
        if let Some(current) = self.current().as_ref() {
            return Ok(current.connection.clone());
        }
        let mut sentinels = self.sentinels.lock().await;
        // Whoever had the lock before may have found it.
        if let Some(current) = self.current().as_ref() {
            return Ok(current.connection.clone());
        }
        let client = sentinels.async_get_client().await?;
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.timeout))
            .set_response_timeout(Some(self.timeout))
            .set_pipeline_buffer_size(BUFFER);
        let connection = client.get_multiplexed_async_connection_with_config(&config).await?;
        tracing::info!(address = %client.get_connection_info().addr(), "found the master of Redis");
        let current = Current { client, connection: connection.clone(), since: Instant::now() };
        *self.current() = Some(current);
        Ok(connection)
    }

    /// Returns the master, for a connection of one's own.
    pub(crate) async fn client(&self) -> RedisResult<Client> {
        self.connection().await?;
        let current = self.current();
        let gone = || RedisError::from((ErrorKind::Io, "the master has just been lost"));
        current.as_ref().map(|current| current.client.clone()).ok_or_else(gone)
    }

    /// Returns whether the master is here, as far as is known.
    pub(crate) fn is_at(&self, client: &Client) -> bool {
        let address = client.get_connection_info().addr();
        let current = self.current();
        // While nothing is known, nothing says that it is elsewhere.
        current.as_ref().is_none_or(|found| found.client.get_connection_info().addr() == address)
    }

    /// Lets the next call ask the sentinels again.
    pub(super) fn doubt(&self) {
        self.current().take_if(|current| current.since.elapsed() > TRUSTED);
    }

    fn current(&self) -> MutexGuard<'_, Option<Current>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns as whom the sentinels are asked: they are asked in turn, all in the same way.
fn sentinels_login(sentinels: &[ConnectionInfo]) -> RedisResult<&RedisConnectionInfo> {
    let Some(first) = sentinels.first().map(ConnectionInfo::redis_settings) else {
        return Err(wrong("redis.nodes is empty"));
    };
    let same = sentinels
        .iter()
        .map(ConnectionInfo::redis_settings)
        .all(|one| one.username() == first.username() && one.password() == first.password());
    if same { Ok(first) } else { Err(wrong("redis.nodes have different users or passwords")) }
}

fn of_sentinels(
    mut builder: SentinelClientBuilder,
    login: &RedisConnectionInfo,
) -> SentinelClientBuilder {
    if let Some(user) = login.username() {
        builder = builder.set_client_to_sentinel_username(user);
    }
    if let Some(password) = login.password() {
        builder = builder.set_client_to_sentinel_password(password);
    }
    builder
}

/// Says how to speak to the master: user, password, database, TLS.
fn of_master(
    mut builder: SentinelClientBuilder,
    master: &ConnectionInfo,
    authorities: &Authorities,
) -> SentinelClientBuilder {
    let login = master.redis_settings();
    builder =
        builder.set_client_to_redis_db(login.db()).set_client_to_redis_protocol(login.protocol());
    if let Some(user) = login.username() {
        builder = builder.set_client_to_redis_username(user);
    }
    if let Some(password) = login.password() {
        builder = builder.set_client_to_redis_password(password);
    }
    if let ConnectionAddr::TcpTls { insecure, .. } = master.addr() {
        let mode = if *insecure { TlsMode::Insecure } else { TlsMode::Secure };
        builder = builder.set_client_to_redis_tls_mode(mode);
    }
    match authorities.certificates() {
        Some(certificates) => builder.set_client_to_redis_certificates(certificates),
        None => builder,
    }
}

fn wrong(why: &'static str) -> RedisError {
    RedisError::from((ErrorKind::InvalidClientConfig, why))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn master(url: &str, nodes: &str) -> RedisResult<Master> {
        let settings = testkit::settings([
            ("SLUICE_REDIS__URL", url),
            ("SLUICE_REDIS__NODES", nodes),
            ("SLUICE_REDIS__MASTER_NAME", "line"),
        ]);
        Master::new(&settings.redis, &Authorities::read(&settings.redis)?, Duration::from_secs(1))
    }

    #[test]
    fn sentinels_are_asked_as_one_user() {
        let url = "redis://line:secret@master/3";
        let found = master(url, "redis://s:a@one:26379,redis://s:a@two:26379").unwrap();
        assert_eq!(found.database(), 3);
        assert!(master(url, "redis://s:a@one:26379,redis://s:b@two:26379").is_err());
    }
}
