//! What every role works with.

use crate::live_drops::LiveDrops;
use anyhow::Context as _;
use broker::{LogInfo, Producer, Topics};
use database::PgPool;
use queue::Queue;
use shared::{
    clock::{Clock, SystemClock},
    config::Settings,
    credentials::Keyring,
};
use std::sync::Arc;
use uuid::Uuid;

/// Settings, connections and keys of the process; clones share them.
#[derive(Clone)]
pub struct App {
    /// As they were read at the start; they never change.
    pub settings: Arc<Settings>,
    /// Postgres: the truth.
    pub pool: PgPool,
    /// Redis: the lines.
    pub queue: Queue,
    /// The drops that are being sold, at most a second old.
    pub drops: LiveDrops,
    /// Writes to Kafka.
    pub producer: Producer,
    /// Ends and identity of Kafka's logs.
    pub log_info: LogInfo,
    /// Their names, with the configured prefix.
    pub topics: Topics,
    /// Signs order commands, and tells ours from forged ones.
    pub command_keys: Arc<Keyring>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Names this process among the workers; another one at each start.
    pub(crate) instance: Arc<str>,
}

impl App {
    /// Makes the connections. Each connects when it is first used, so servers may come later.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with a setting.
    pub async fn connect(settings: Settings) -> anyhow::Result<Self> {
        let command_keys = Keyring::parse(&settings.credentials.command_keys)
            .map_err(anyhow::Error::msg)
            .context("credentials.command_keys cannot be used")?;
        Ok(Self {
            pool: database::connect(&settings.database)?,
            queue: Queue::connect(&settings.redis).await?,
            drops: LiveDrops::default(),
            producer: Producer::new(&settings.kafka)?,
            log_info: LogInfo::new(&settings.kafka)?,
            topics: Topics::new(&settings.kafka),
            command_keys: Arc::new(command_keys),
            clock: Arc::new(SystemClock),
            instance: Uuid::now_v7().simple().to_string().into(),
            settings: Arc::new(settings),
        })
    }
}
