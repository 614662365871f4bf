//! What all handlers share, put together in one place.

use crate::{
    history, presence,
    room::{
        RoomDirectory, feed,
        keeper::{self, Findings},
    },
    socket::{Hubs, hints},
};
use axum::extract::FromRef;
use database::{PgPool, people::sessions};
use edge::{
    AllowedOrigins, KeyedLimiter, LoadLimit, PossessionVerifier, Readiness, SessionVerifier,
    page::at_all_names,
};
use queue::Queue;
use shared::{
    clock::Clock,
    config::Settings,
    credentials::{EndedSessions, Keyring},
    shutdown::Shutdown,
};
use std::{num::NonZeroU32, ops::Deref, sync::Arc, time::Duration};
use tokio::sync::Semaphore;

/// What readiness calls the line, and what this instance knows of it.
const REDIS: &str = "redis";
const POSITIONS: &str = "positions";

/// The state of the service; a clone is cheap.
#[derive(Clone)]
pub(crate) struct App(Arc<AppParts>);

/// The parts of an [`App`].
pub(crate) struct AppParts {
    pub(crate) queue: Queue,
    /// Asked only about drops without a room, and which sessions were ended, and told how this process
    /// does: an open line needs no Postgres.
    pub(crate) pool: PgPool,
    pub(crate) rooms: Arc<RoomDirectory>,
    pub(crate) hubs: Arc<Hubs>,
    pub(crate) readiness: Readiness,
    pub(crate) ticket_keys: Keyring,
    /// Verify lane grants; `sessions` has them as well.
    pub(crate) session_keys: Arc<Keyring>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) sessions: SessionVerifier,
    /// Who has the key that a ticket is bound to.
    pub(crate) possession: PossessionVerifier,
    /// What `sessions` knows of those that were ended.
    ended_sessions: Arc<EndedSessions>,
    /// Pages that may call us.
    pub(crate) origins: AllowedOrigins,
    /// Where the shop's pages are.
    pub(crate) shop_url: String,
    /// Joins, by shopper.
    pub(crate) join_limiter: KeyedLimiter,
    /// Joins under way, by drop.
    pub(crate) join_load: LoadLimit,
    /// Looks, leaves and new sockets, by ticket.
    pub(crate) look_limiter: KeyedLimiter,
    /// One permit per open socket.
    pub(crate) socket_slots: Arc<Semaphore>,
    pub(crate) max_sockets: u32,
    /// One permit per socket that only hears why its ticket is not valid.
    pub(crate) refusal_slots: Arc<Semaphore>,
    /// How long a ticket is valid.
    pub(crate) ticket_ttl: Duration,
    pub(crate) shutdown: Shutdown,
}

impl Deref for App {
    type Target = AppParts;

    fn deref(&self) -> &AppParts {
        &self.0
    }
}

impl App {
    /// Puts the parts together; nothing runs yet.
    pub(crate) async fn build(
        settings: &Settings,
        clock: Arc<dyn Clock>,
        shutdown: &Shutdown,
    ) -> anyhow::Result<Self> {
        let queue = Queue::connect(&settings.redis).await?;
        let pool = database::connect(&settings.database)?;
        let session_keys = Arc::new(settings.credentials.sessions()?);
        let ended_sessions = Arc::new(EndedSessions::default());
        let joins_per_second = settings.limits.joins_per_second;
        let max_sockets = settings.admission.max_sockets.get();
        let max_refusals = settings.edge.max_unauthenticated_sockets.get();
        Ok(Self(Arc::new(AppParts {
            rooms: RoomDirectory::new(queue.clone(), pool.clone(), shutdown.hard()),
            hubs: Hubs::new(queue.clone(), shutdown.soft()),
            queue,
            pool,
            readiness: Readiness::needing([REDIS]).until(shutdown.leaving()),
            ticket_keys: settings.credentials.tickets()?,
            sessions: SessionVerifier::new(
                Arc::clone(&session_keys),
                Arc::clone(&ended_sessions),
                Arc::clone(&clock),
            ),
            possession: PossessionVerifier::new(Arc::clone(&clock)),
            session_keys,
            ended_sessions,
            clock,
            origins: origins(settings),
            shop_url: settings.storefront.public_url.clone(),
            join_limiter: limiter(joins_per_second, 2),
            join_load: LoadLimit::of("joins", settings.admission.max_joins),
            look_limiter: limiter(joins_per_second, 4),
            socket_slots: Arc::new(Semaphore::new(max_sockets as usize)),
            max_sockets,
            refusal_slots: Arc::new(Semaphore::new(max_refusals as usize)),
            ticket_ttl: Duration::from_secs(settings.admission.ticket_ttl_s.get()),
            shutdown: shutdown.clone(),
        })))
    }

    /// Starts the tasks that keep the rooms up to date and tell those who listen.
    pub(crate) fn start_tasks(&self) {
        let soft = self.shutdown.soft();
        let (rooms, queue) = (Arc::clone(&self.rooms), self.queue.clone());
        self.shutdown.spawn(feed::run(rooms, queue, soft.clone()));
        let tell = tell_readiness(self.readiness.clone());
        let (rooms, queue, pool) = (Arc::clone(&self.rooms), self.queue.clone(), self.pool.clone());
        self.shutdown.spawn(keeper::run(rooms, queue, pool, tell, soft.clone()));
        self.shutdown.spawn(hints::run(Arc::clone(&self.hubs), self.queue.clone(), soft.clone()));
        let (rooms, hubs) = (Arc::clone(&self.rooms), Arc::clone(&self.hubs));
        self.shutdown.spawn(presence::run(rooms, hubs, self.queue.clone(), soft.clone()));
        let (slots, max) = (Arc::clone(&self.socket_slots), self.max_sockets as usize);
        let n_sockets = move || max.saturating_sub(slots.available_permits());
        let (rooms, pool) = (Arc::clone(&self.rooms), self.pool.clone());
        self.shutdown.spawn(history::run(rooms, pool, n_sockets, soft.clone()));
        let (pool, ended) = (self.pool.clone(), Arc::clone(&self.ended_sessions));
        self.shutdown.spawn(async move {
            soft.run_until_cancelled(sessions::follow(&pool, &ended)).await;
        });
    }
}

/// Tells readiness what the keeper finds.
///
/// An instance is of no use until it has reached Redis. Later, when one does not, most likely none
/// does: were all taken out, nobody would keep the streams or tell shoppers when to come back. So
/// it is shown, as is a replica that lags, and no more.
fn tell_readiness(readiness: Readiness) -> impl FnMut(Findings) {
    let mut was_reached = false;
    move |findings| {
        was_reached |= findings.is_reachable;
        if was_reached {
            readiness.note(REDIS, findings.is_reachable);
        }
        readiness.note(POSITIONS, findings.keeps_up);
    }
}

/// The pages that may call us: the shop's, and our own, which has another port on a local machine.
fn origins(settings: &Settings) -> AllowedOrigins {
    let own = at_all_names(&settings.admission.public_url);
    AllowedOrigins::new(settings.admission.allowed_origins.iter().chain(&own))
}

/// A limiter that lets `seconds` of its rate through at once.
fn limiter(rate: NonZeroU32, seconds: u32) -> KeyedLimiter {
    let burst = rate.saturating_mul(NonZeroU32::MIN.saturating_add(seconds - 1));
    KeyedLimiter::per_second(rate, burst, KeyedLimiter::SHOPPER_CELLS)
}

impl FromRef<App> for SessionVerifier {
    fn from_ref(app: &App) -> Self {
        app.sessions.clone()
    }
}
