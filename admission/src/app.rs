//! What all handlers share.

use crate::room::Rooms;
use axum::extract::FromRef;
use database::PgPool;
use edge::{AllowedOrigins, KeyedLimiter, SessionVerifier};
use queue::Queue;
use shared::{clock::Clock, config::Settings, credentials::Keyring, shutdown::Shutdown};
use std::{num::NonZeroU32, sync::Arc, time::Duration};
use tokio::sync::Semaphore;

/// The service's parts. A clone shares them.
#[derive(Clone)]
pub struct App {
    /// The line.
    pub queue: Queue,
    /// The truth, asked only about drops without a room.
    pub pool: PgPool,
    /// The rooms that this instance follows.
    pub rooms: Arc<Rooms>,
    /// Keys of tickets.
    pub ticket_keys: Arc<Keyring>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Believes sessions.
    pub sessions: SessionVerifier,
    /// Pages that may call us.
    pub origins: AllowedOrigins,
    /// Joins per shopper.
    pub joins: KeyedLimiter,
    /// Looks and sockets per ticket.
    pub looks: KeyedLimiter,
    /// Places for sockets.
    pub sockets: Arc<Semaphore>,
    /// Sockets, at most.
    pub max_sockets: u32,
    /// How long a ticket is valid.
    pub ticket_ttl: Duration,
    /// When to stop.
    pub shutdown: Shutdown,
}

impl App {
    /// Puts the parts together; nothing runs yet.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with the settings.
    pub async fn build(
        settings: &Settings,
        clock: Arc<dyn Clock>,
        shutdown: &Shutdown,
    ) -> anyhow::Result<Self> {
        let queue = Queue::connect(&settings.redis).await?;
        let pool = database::connect(&settings.database)?;
        let session_keys = keyring("session_keys", &settings.credentials.session_keys)?;
        let joins_per_second = settings.limits.joins_per_second;
        let max_sockets = settings.admission.max_sockets.get();
        Ok(Self {
            rooms: Rooms::new(queue.clone(), pool.clone(), shutdown.clone()),
            queue,
            pool,
            ticket_keys: keyring("ticket_keys", &settings.credentials.ticket_keys)?,
            sessions: SessionVerifier::new(session_keys, Arc::clone(&clock)),
            clock,
            origins: AllowedOrigins::new(&settings.admission.allowed_origins),
            joins: limiter(joins_per_second, 2),
            looks: limiter(joins_per_second, 4),
            sockets: Arc::new(Semaphore::new(max_sockets as usize)),
            max_sockets,
            ticket_ttl: Duration::from_secs(settings.admission.ticket_ttl_s.get()),
            shutdown: shutdown.clone(),
        })
    }
}

/// A limiter for accounts or tickets that lets `seconds` of its rate through at once.
fn limiter(rate: NonZeroU32, seconds: u32) -> KeyedLimiter {
    let burst = rate.saturating_mul(NonZeroU32::MIN.saturating_add(seconds - 1));
    KeyedLimiter::per_second(rate, burst, KeyedLimiter::SHOPPER_CELLS)
}

fn keyring(name: &str, text: &secrecy::SecretString) -> anyhow::Result<Arc<Keyring>> {
    let keys = Keyring::parse(text);
    keys.map(Arc::new).map_err(|error| anyhow::anyhow!("credentials.{name}: {error}"))
}

impl FromRef<App> for SessionVerifier {
    fn from_ref(app: &App) -> Self {
        app.sessions.clone()
    }
}
