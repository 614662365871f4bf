//! What a world is made of.

use std::path::PathBuf;

use shared::config::KafkaMode;
use stack::Env;

/// What a world is made of.
#[derive(Clone, Debug)]
pub struct WorldOptions {
    /// The broker, where the world has servers of its own.
    pub kafka_mode: KafkaMode,
    /// Instances of admission, at least one.
    pub n_admissions: usize,
    /// Instances of worker, at least one.
    pub n_workers: usize,
    /// Settings of all services, over those that the world chooses.
    pub env: Env,
    /// Another build of the worker.
    pub worker_binary: Option<PathBuf>,
}

impl Default for WorldOptions {
    fn default() -> Self {
        Self {
            kafka_mode: KafkaMode::Kafka,
            n_admissions: 1,
            n_workers: 1,
            env: Env::new(),
            worker_binary: None,
        }
    }
}

impl WorldOptions {
    /// Sets one setting of the services.
    #[must_use]
    pub fn set(mut self, name: &str, value: impl Into<String>) -> Self {
        self.env.insert(name.to_owned(), value.into());
        self
    }
}
