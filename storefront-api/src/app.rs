//! What every handler can reach.

use crate::{batches::Batches, key_lookup::KeyLookup, public_reads::PublicReads};
use anyhow::Context as _;
use axum::extract::FromRef;
use database::PgPool;
use edge::{KeyedLimiter, SessionVerifier};
use jiff::Timestamp;
use queue::Queue;
use shared::{
    clock::{Clock, SystemClock},
    config::Settings,
    credentials::Keyring,
};
use std::{ops::Deref, sync::Arc, time::Duration};

/// The state of the service; a clone is cheap.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// The parts of an [`App`].
pub struct Inner {
    pub pool: PgPool,
    /// What everybody may see, over connections of its own.
    pub(crate) public_reads: PublicReads,
    pub(crate) key_lookup: KeyLookup,
    /// What many ask of Postgres at the same moment.
    pub(crate) batches: Batches,
    pub queue: Queue,
    /// Seal new sessions; `sessions` verifies them.
    pub(crate) session_keys: Arc<Keyring>,
    pub(crate) sessions: SessionVerifier,
    /// New sessions per second and address.
    pub(crate) session_limiter: KeyedLimiter,
    clock: Arc<dyn Clock>,
    pub(crate) settings: Settings,
}

impl Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl FromRef<App> for SessionVerifier {
    fn from_ref(app: &App) -> Self {
        app.sessions.clone()
    }
}

impl App {
    /// Prepares the connections; they are made on first use.
    ///
    /// # Errors
    ///
    /// Returns the setting that can't be used.
    pub async fn connect(settings: Settings) -> anyhow::Result<Self> {
        let pool = database::connect(&settings.database).context("database.url")?;
        let batches = Batches::new(&pool);
        let public_reads = PublicReads::connect(&settings.database)?;
        let queue = Queue::connect(&settings.redis).await.context("redis.url")?;
        let keys = Keyring::parse(&settings.credentials.session_keys)
            .map_err(anyhow::Error::msg)
            .context("credentials.session_keys")?;
        let rate = settings.limits.sessions_per_second_per_ip;
        let (session_keys, clock) = (Arc::new(keys), Arc::new(SystemClock) as Arc<dyn Clock>);
        Ok(Self(Arc::new(Inner {
            pool,
            public_reads,
            key_lookup: KeyLookup::new(),
            batches,
            queue,
            sessions: SessionVerifier::new(Arc::clone(&session_keys), Arc::clone(&clock)),
            session_keys,
            session_limiter: KeyedLimiter::per_second(rate, rate, KeyedLimiter::IP_CELLS),
            clock,
            settings,
        })))
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Whether Postgres answers within two seconds.
    pub(crate) async fn postgres_answers(&self) -> bool {
        let ping = database::ping(&self.pool);
        matches!(tokio::time::timeout(Duration::from_secs(2), ping).await, Ok(Ok(())))
    }

    /// Whether Redis answers within a second.
    pub(crate) async fn redis_answers(&self) -> bool {
        let ping = self.queue.ping();
        matches!(tokio::time::timeout(Duration::from_secs(1), ping).await, Ok(Ok(())))
    }
}
