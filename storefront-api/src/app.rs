//! What every handler can reach.

use crate::{
    batches::Batches,
    doors::Doors,
    key_lookup::KeyLookup,
    pass_states::PassStates,
    pictures::{FileStore, Gallery},
    proofs::ProofGate,
    public_reads::PublicReads,
    seller_pools::SellerPools,
};
use anyhow::Context as _;
use axum::extract::FromRef;
use database::{PgPool, people::sessions};
use edge::{KeyedLimiter, PossessionVerifier, SessionVerifier};
use jiff::Timestamp;
use queue::Queue;
use shared::{
    clock::{Clock, SystemClock},
    config::Settings,
    credentials::{AwsKey, EndedSessions, Keyring, PassKeys, SessionTimes},
};
use std::{num::NonZeroU32, ops::Deref, sync::Arc, time::Duration};

/// Sessions that one address may end, members that it may bring, and sign-ins to consoles that it may try,
/// per second: each is a row.
const ENDS_PER_SECOND: NonZeroU32 = NonZeroU32::MIN.saturating_add(4);
const SIGN_INS_PER_SECOND: NonZeroU32 = NonZeroU32::MIN.saturating_add(4);
const MEMBERS_PER_SECOND: NonZeroU32 = NonZeroU32::MIN.saturating_add(199);
/// Codes that one shopper may try per second, and at once, and one address per second: a mistyped one
/// is tried again, and nobody gets far by guessing.
const CODES_PER_SECOND: NonZeroU32 = NonZeroU32::MIN;
const CODES_AT_ONCE: NonZeroU32 = NonZeroU32::MIN.saturating_add(4);
const CODES_PER_SECOND_PER_ADDRESS: NonZeroU32 = NonZeroU32::MIN.saturating_add(99);
/// Handoffs to other devices that one shopper may begin, and that one address may try to end, per
/// second and at once.
const HANDOFFS_PER_SECOND: NonZeroU32 = NonZeroU32::MIN;
const HANDOFFS_AT_ONCE: NonZeroU32 = NonZeroU32::MIN.saturating_add(4);
/// Handoffs that all may try to end together, per second and at once: whoever has many addresses does
/// not guess faster.
const TRIES_PER_SECOND: NonZeroU32 = NonZeroU32::MIN.saturating_add(19);
const TRIES_AT_ONCE: NonZeroU32 = NonZeroU32::MIN.saturating_add(99);

/// The state of the service; a clone is cheap.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// The parts of an [`App`].
pub struct Inner {
    pub pool: PgPool,
    /// What everybody may see, over connections of its own.
    pub(crate) public_reads: PublicReads,
    /// What one seller asks for, over connections that meet nothing of another.
    pub(crate) seller_pools: SellerPools,
    /// Whose API keys are, and whose the sessions of consoles.
    pub(crate) key_lookup: KeyLookup,
    pub(crate) console_lookup: KeyLookup,
    /// What many ask of Postgres at the same moment.
    pub(crate) batches: Batches,
    pub queue: Queue,
    /// Seal new sessions; `sessions` verifies them.
    pub(crate) session_keys: Arc<Keyring>,
    pub(crate) sessions: SessionVerifier,
    /// Who has the key that a session is bound to.
    pub(crate) possession: PossessionVerifier,
    /// What `sessions` knows of those that were ended.
    pub(crate) ended_sessions: Arc<EndedSessions>,
    /// Sign and verify passes.
    pub(crate) pass_keys: PassKeys,
    pub(crate) pass_states: PassStates,
    /// Let people into sites whose lines give no answer.
    pub(crate) doors: Doors,
    /// Signs the tokens of the adapter for the retired waiting room; `None` if there is no adapter.
    pub(crate) aws_key: Option<AwsKey>,
    pub(crate) pictures: Gallery,
    /// What a new guest has to do first, if anything.
    pub(crate) proofs: ProofGate,
    /// New sessions per second and address; sessions that are ended; members that are brought; sign-ins to
    /// consoles.
    pub(crate) session_limiter: KeyedLimiter,
    pub(crate) end_limiter: KeyedLimiter,
    pub(crate) member_limiter: KeyedLimiter,
    pub(crate) sign_in_limiter: KeyedLimiter,
    /// Codes of lanes that are tried, by address and by shopper.
    pub(crate) code_address_limiter: KeyedLimiter,
    pub(crate) code_limiter: KeyedLimiter,
    /// Handoffs to other devices: begun by a shopper, tried from an address, tried by all together.
    pub(crate) handoff_limiter: KeyedLimiter,
    pub(crate) handoff_address_limiter: KeyedLimiter,
    pub(crate) handoff_guess_limiter: KeyedLimiter,
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
        Self::connect_on_machine_with(Arc::new(SystemClock), settings).await
    }

    /// The same on a machine with this clock.
    ///
    /// # Errors
    ///
    /// Returns the setting that can't be used.
    pub async fn connect_on_machine_with(
        clock: Arc<dyn Clock>,
        settings: Settings,
    ) -> anyhow::Result<Self> {
        let pool = database::connect(&settings.database).context("database.url")?;
        let public_reads = PublicReads::connect(&settings.database)?;
        let queue = Queue::connect(&settings.redis).await.context("redis.url")?;
        let (batches, doors) = (Batches::new(&pool, &queue), Doors::new(&queue));
        let keys = settings.credentials.sessions()?;
        let pass_keys = settings.storefront.passes()?;
        let aws_key = settings.storefront.aws_key()?;
        let rate = settings.limits.sessions_per_second_per_ip;
        let session_keys = Arc::new(keys);
        let ended_sessions = Arc::new(EndedSessions::default());
        let pictures = FileStore::new(&settings.storefront.picture_dir);
        let proofs = ProofGate::new(&settings.abuse, &session_keys, &queue);
        let per_address = |rate| KeyedLimiter::per_second(rate, rate, KeyedLimiter::IP_CELLS);
        let handoffs =
            |cells| KeyedLimiter::per_second(HANDOFFS_PER_SECOND, HANDOFFS_AT_ONCE, cells);
        Ok(Self(Arc::new(Inner {
            pool,
            public_reads,
            seller_pools: SellerPools::new(settings.database.clone()),
            key_lookup: KeyLookup::new(),
            console_lookup: KeyLookup::new(),
            batches,
            queue,
            sessions: SessionVerifier::new(
                Arc::clone(&session_keys),
                Arc::clone(&ended_sessions),
                Arc::clone(&clock),
            ),
            possession: PossessionVerifier::new(Arc::clone(&clock)),
            session_keys,
            ended_sessions,
            pass_keys,
            pass_states: PassStates::default(),
            doors,
            aws_key,
            pictures: Gallery::new(Arc::new(pictures)),
            proofs,
            session_limiter: per_address(rate),
            end_limiter: per_address(ENDS_PER_SECOND),
            member_limiter: per_address(MEMBERS_PER_SECOND),
            sign_in_limiter: per_address(SIGN_INS_PER_SECOND),
            code_address_limiter: per_address(CODES_PER_SECOND_PER_ADDRESS),
            code_limiter: KeyedLimiter::per_second(
                CODES_PER_SECOND,
                CODES_AT_ONCE,
                KeyedLimiter::SHOPPER_CELLS,
            ),
            handoff_limiter: handoffs(KeyedLimiter::SHOPPER_CELLS),
            handoff_address_limiter: handoffs(KeyedLimiter::IP_CELLS),
            handoff_guess_limiter: KeyedLimiter::per_second(TRIES_PER_SECOND, TRIES_AT_ONCE, 1),
            clock,
            settings,
        })))
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Keeps up to date which sessions were ended, wherever that was; never returns.
    pub async fn follow_ended_sessions(&self) {
        sessions::follow(&self.pool, &self.ended_sessions).await;
    }

    /// How long sessions last.
    pub(crate) fn session_times(&self) -> SessionTimes {
        self.settings.storefront.session_times()
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
