//! A Redis database of a test's own.
//!
//! Keys of one drop cannot collide with those of another, but the set of all rooms is one per
//! database. So each test gets a numbered database of the server.

use std::{num::NonZeroU64, time::Duration};

use queue::Queue;
use redis::{AsyncConnectionConfig, Client, aio::MultiplexedConnection};
use shared::config::RedisSettings;
use stack::{Endpoints, Env};

use crate::settings;

/// Tests of many rooms share a server, so a call may take far longer than in production.
const TIMEOUT_MS: NonZeroU64 = NonZeroU64::new(30_000).expect("is not zero");
/// As many as the stack starts the server with, without the first.
const N_DATABASES: u64 = 1_023;
const COUNTER: &str = "testkit:databases";

/// Connects as these settings say, with more patience.
pub(crate) async fn connect_to(settings: RedisSettings) -> Queue {
    let settings = RedisSettings { timeout_ms: TIMEOUT_MS, ..settings };
    Queue::connect(&settings).await.expect("the stack gives a Redis address")
}

/// A database of a Redis server, empty at first; or servers that a test has for itself.
#[derive(Clone, Debug)]
pub struct TestRedis {
    url: String,
    settings: RedisSettings,
}

impl TestRedis {
    /// Takes the next database of the shared stack.
    pub async fn create() -> Self {
        Self::create_on(crate::endpoints()).await
    }

    /// Takes the next database of another stack.
    ///
    /// # Panics
    ///
    /// Panics if Redis does not answer.
    pub async fn create_on(endpoints: &Endpoints) -> Self {
        let server = endpoints.redis_url.trim_end_matches('/');
        let mut connection = open(server).await;
        let count: u64 = redis::cmd("INCR")
            .arg(COUNTER)
            .query_async(&mut connection)
            .await
            .expect("Redis counts");
        let url = format!("{server}/{}", 1 + count % N_DATABASES);
        let flushing = redis::cmd("FLUSHDB").query_async::<()>(&mut open(&url).await).await;
        flushing.expect("Redis empties a database");
        Self::of(&[("SLUICE_REDIS__URL".to_owned(), url)].into())
    }

    /// Takes servers that the test has for itself, reached as these settings say.
    ///
    /// # Panics
    ///
    /// Panics if they do not say where.
    #[must_use]
    pub fn of(env: &Env) -> Self {
        let url = env.get("SLUICE_REDIS__URL").expect("the stack gives a Redis address").clone();
        Self { url, settings: settings(env.clone()).redis }
    }

    /// Connects as a service does, with more patience than it has.
    pub async fn queue(&self) -> Queue {
        connect_to(self.settings.clone()).await
    }

    /// `redis://…`, with the database's number; of several servers, the first one's.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A connection for the test itself; of several servers, to the first one.
    pub async fn connect(&self) -> MultiplexedConnection {
        open(&self.url).await
    }
}

/// Connects to a server that a test asks something no script does. The client by itself waits half a
/// second for an answer, which is too short for a busy machine.
///
/// # Panics
///
/// Panics if the server cannot be reached.
pub async fn open(url: &str) -> MultiplexedConnection {
    let patience = Some(Duration::from_millis(TIMEOUT_MS.get()));
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(patience)
        .set_response_timeout(patience);
    let client = Client::open(url).expect("the stack gives a Redis address");
    let connecting = client.get_multiplexed_async_connection_with_config(&config);
    connecting.await.expect("Redis is running")
}
