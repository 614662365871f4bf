//! Addresses of the servers.

use serde::{Deserialize, Serialize};
use shared::config::KafkaMode;

use crate::Env;

/// Where clients find the servers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoints {
    /// `redis://…`, empty if there is none.
    pub redis_url: String,
    /// `postgres://…`, empty if there is none.
    pub database_url: String,
    /// `host:port`, empty if there is none.
    pub kafka_brokers: String,
    /// Which broker that is, unless there is none.
    pub kafka_mode: Option<KafkaMode>,
}

impl Endpoints {
    /// The same as settings of the services.
    pub fn env(&self) -> Env {
        [
            ("SLUICE_REDIS__URL", self.redis_url.as_str()),
            ("SLUICE_DATABASE__URL", &self.database_url),
            ("SLUICE_KAFKA__BROKERS", &self.kafka_brokers),
            ("SLUICE_KAFKA__MODE", self.kafka_mode.map_or("", KafkaMode::as_str)),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
    }
}
