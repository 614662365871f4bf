//! What every role works with.

use crate::{
    live_drops::LiveDrops,
    owned_work::OwnedWork,
    pulse::Pulse,
    roles::{Role, Roles},
    server_clock::ServerClock,
};
use broker::{LogInfo, Producer, RangeConsumers, Topics};
use database::PgPool;
use queue::Queue;
use shared::{
    clock::{Clock, SystemClock},
    config::Settings,
    credentials::Keyring,
    retry_budget::{Dependency, RetryBudget},
};
use std::sync::Arc;
use uuid::Uuid;

/// Connections of the process itself, at most: one each for notices, drops, signs of life, health. The
/// history of drops takes one that is free.
const OF_PROCESS: u32 = 4;
/// Connections of a part, at least.
const OF_PART: u32 = 2;

/// Settings, connections and keys of the process; clones share them.
#[derive(Clone)]
pub struct App {
    /// As they were read at the start; they never change.
    pub settings: Arc<Settings>,
    /// Postgres: the truth. Each role has a pool of its own.
    pub pool: PgPool,
    /// Redis: the lines.
    pub queue: Queue,
    /// The drops that are being sold, as they were a moment ago.
    pub drops: LiveDrops,
    /// Writes to Kafka.
    pub producer: Producer,
    /// Ends and identity of Kafka's logs.
    pub log_info: LogInfo,
    /// Consumers for reading parts of them.
    pub ranges: RangeConsumers,
    /// Their names, with the configured prefix.
    pub topics: Topics,
    /// Signs order commands, and tells ours from forged ones.
    pub command_keys: Arc<Keyring>,
    /// Signs room events in the log, likewise.
    pub log_keys: Arc<Keyring>,
    /// What the roles notice of each drop.
    pub(crate) pulse: Pulse,
    /// What of the roles' work is in hand here.
    pub(crate) owned_work: OwnedWork,
    /// Tells the time as Postgres has it.
    pub(crate) clock: ServerClock,
    /// Of all roles together: how often a transaction is tried again that Postgres did not commit.
    pub(crate) postgres_retries: RetryBudget,
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
        let (command_keys, log_keys) =
            (settings.credentials.commands()?, settings.credentials.log()?);
        Ok(Self {
            pool: database::connect(&settings.database)?,
            queue: Queue::connect(&settings.redis).await?,
            drops: LiveDrops::default(),
            producer: Producer::new(&settings.kafka)?,
            log_info: LogInfo::new(&settings.kafka)?,
            ranges: RangeConsumers::new(&settings.kafka),
            topics: Topics::new(&settings.kafka),
            command_keys: Arc::new(command_keys),
            log_keys: Arc::new(log_keys),
            pulse: Pulse::default(),
            owned_work: OwnedWork::default(),
            clock: ServerClock::new(Arc::new(SystemClock)),
            postgres_retries: RetryBudget::new(Dependency::Postgres),
            instance: Uuid::now_v7().simple().to_string().into(),
            settings: Arc::new(settings),
        })
    }

    /// Returns the same on a machine with this clock.
    #[must_use]
    pub fn on_machine_with(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock: ServerClock::new(clock), ..self }
    }

    /// Returns the same for what the process does beside its roles.
    pub(crate) fn for_process(&self) -> Self {
        self.with_pool(OF_PROCESS)
    }

    /// Returns the same for one of the process's roles: one that waits for Postgres takes no
    /// connection from another.
    pub(crate) fn for_role(&self, role: Role, roles: &Roles) -> Self {
        let max = self.settings.database.max_connections.get();
        self.with_pool(connections(role, roles, max))
    }

    fn with_pool(&self, max_connections: u32) -> Self {
        let options = self.pool.options().clone().max_connections(max_connections);
        let pool = options.connect_lazy_with((*self.pool.connect_options()).clone());
        Self { pool, ..self.clone() }
    }
}

/// Returns the connections of a role, at most, where the process runs these roles with `max` in
/// all; `config/default.toml` explains the sum.
fn connections(role: Role, roles: &Roles, max: u32) -> u32 {
    let n_parts: u32 = roles.iter().map(parts).sum();
    let part = max.saturating_sub(OF_PROCESS) / n_parts.max(1);
    parts(role) * part.max(OF_PART)
}

const fn parts(role: Role) -> u32 {
    match role {
        // Those that shoppers wait for: a transaction per partition or drop at one time.
        Role::Orders | Role::Payments => 3,
        Role::Log
        | Role::Drain
        | Role::Sweeper
        | Role::Reconciler
        | Role::Relay
        | Role::Scheduler => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_each(roles: &str, max: u32) -> Vec<u32> {
        let roles: Roles = roles.parse().unwrap();
        roles.iter().map(|role| connections(role, &roles, max)).collect()
    }

    #[test]
    fn connections_are_split_among_the_roles() {
        assert_eq!(of_each("all", 40), [3, 3, 9, 9, 3, 3, 3, 3]);
        assert_eq!(of_each("drain,payments", 24), [5, 15]);
        assert_eq!(of_each("drain", 24), [20]);
    }

    #[test]
    fn every_role_has_some_however_few_there_are() {
        assert_eq!(of_each("all", 10), [2, 2, 6, 6, 2, 2, 2, 2]);
        assert_eq!(of_each("orders,relay", 1), [6, 2]);
    }
}
