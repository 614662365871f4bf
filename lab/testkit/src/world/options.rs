//! What a world is made of.

use std::path::PathBuf;

use shared::config::KafkaMode;
use stack::{Env, ServiceOptions};

/// What a world is made of.
#[derive(Clone, Debug)]
pub struct WorldOptions {
    /// The broker, where the world has servers of its own.
    pub kafka_mode: KafkaMode,
    /// Whether Redis is a cluster of three masters, where the world has servers of its own.
    pub redis_cluster: bool,
    /// Whether Redis is a master with replicas that sentinels watch, where the world has servers of its
    /// own; not with a cluster.
    pub redis_sentinels: bool,
    /// Whether servers of the world's own are closed to strangers, and each service has its logins;
    /// not with a cluster.
    pub are_closed: bool,
    /// Instances of admission, at least one.
    pub n_admissions: usize,
    /// Instances of worker, at least one.
    pub n_workers: usize,
    /// Settings of all services, over those that the world chooses.
    pub env: Env,
    /// Other builds of services: each takes the place of the binary with its file name.
    pub binaries: Vec<PathBuf>,
}

impl Default for WorldOptions {
    fn default() -> Self {
        Self {
            kafka_mode: KafkaMode::Kafka,
            redis_cluster: false,
            redis_sentinels: false,
            are_closed: false,
            n_admissions: 1,
            n_workers: 1,
            env: Env::new(),
            binaries: Vec::new(),
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

    /// Gives a service the build that was chosen for it, if one was.
    pub(super) fn choose_build(&self, mut service: ServiceOptions) -> ServiceOptions {
        let name = service.binary.file_name();
        if let Some(build) = self.binaries.iter().find(|build| build.file_name() == name) {
            service.binary.clone_from(build);
        }
        service
    }
}
