//! Settings: `config/default.toml`, overridden by `SLUICE_SECTION__KEY` in the environment.
//!
//! Read once at start and passed down. A wrong value, or an unknown section or key, keeps the
//! process from starting and is named in the error.

mod abuse;
mod credentials;
mod edge;
mod kafka;
mod profile;
mod profile_checks;
mod profile_secrets;
mod sections;
mod storefront;

pub use abuse::{AbuseSettings, ProofMode};
pub use credentials::{CredentialSettings, KeysError};
pub use edge::EdgeSettings;
pub use kafka::{KafkaMode, KafkaSasl, KafkaSettings};
pub use profile::{Profile, ProfileSettings, Program};
pub use profile_checks::UnfitSettings;
pub use sections::{
    AdmissionSettings, DatabaseSettings, LimitSettings, LineSettings, LogFormat, OrderSettings,
    PaymentSettings, RedisMode, RedisSettings, RelaySettings, TelemetrySettings, WorkerSettings,
};
pub use storefront::StorefrontSettings;

use crate::load_lab::LoadLabUse;
use config::{Config, Environment, File, FileFormat};
use serde::Deserialize;
use std::collections::HashMap;

const DEFAULTS: &str = include_str!("../../../config/default.toml");
const PREFIX: &str = "SLUICE_";

/// Every setting of the services.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Whether people are served.
    pub profile: ProfileSettings,
    /// Redis, which holds the line.
    pub redis: RedisSettings,
    /// Postgres, which holds the truth.
    pub database: DatabaseSettings,
    /// Kafka, the log between the services.
    pub kafka: KafkaSettings,
    /// Keys of what we sign and verify.
    pub credentials: CredentialSettings,
    /// What stands between the public and the listeners.
    pub edge: EdgeSettings,
    /// The service that keeps the line.
    pub admission: AdmissionSettings,
    /// The service that shows and sells.
    pub storefront: StorefrontSettings,
    /// The service that moves tickets on.
    pub worker: WorkerSettings,
    /// How tickets are let in.
    pub line: LineSettings,
    /// How commands are processed.
    pub orders: OrderSettings,
    /// How the payment provider is called.
    pub payments: PaymentSettings,
    /// How long the journal is kept.
    pub relay: RelaySettings,
    /// Rate and size limits of requests.
    pub limits: LimitSettings,
    /// What a new guest costs.
    pub abuse: AbuseSettings,
    /// Filter and format of logs.
    pub telemetry: TelemetrySettings,
}

/// Why the settings were refused.
#[derive(Debug, thiserror::Error)]
#[error(
    "invalid settings: {0} (config/default.toml lists every key, SLUICE_SECTION__KEY overrides it)"
)]
pub struct SettingsError(#[from] config::ConfigError);

impl Settings {
    /// Reads the defaults, overridden by the process's environment.
    ///
    /// # Errors
    ///
    /// Returns [`SettingsError`] with the key that is missing, unknown or wrong.
    pub fn load() -> Result<Self, SettingsError> {
        Self::from_vars(std::env::vars())
    }

    /// Reads the defaults, overridden by the given variables; for tests.
    ///
    /// # Errors
    ///
    /// Returns [`SettingsError`] with the key that is missing, unknown or wrong.
    pub fn from_vars(
        vars: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        // A name without a section (such as SLUICE_STACK_DIR) is for the scripts, not for us;
        // the payment sandbox reads its own section.
        let ours = |name: &str| {
            name.strip_prefix(PREFIX)
                .is_some_and(|key| key.contains("__") && !key.starts_with("PSP__"))
        };
        let vars: HashMap<_, _> = vars.into_iter().filter(|(name, _)| ours(name)).collect();
        let environment = Environment::with_prefix("SLUICE")
            .prefix_separator("_")
            .separator("__")
            .list_separator(",")
            .with_list_parse_key("admission.allowed_origins")
            .with_list_parse_key("redis.nodes")
            .with_list_parse_key("edge.trusted_proxies")
            .with_list_parse_key("abuse.pow_exempt")
            .try_parsing(true)
            .source(Some(vars));
        let config = Config::builder()
            .add_source(File::from_str(DEFAULTS, FileFormat::Toml))
            .add_source(environment)
            .build()?;
        Ok(config.try_deserialize()?)
    }

    /// Whether operators may have crowds sent through drops of the load lab.
    #[must_use]
    pub fn has_load_lab(&self) -> bool {
        match self.storefront.load_lab {
            LoadLabUse::Always => true,
            LoadLabUse::Development => self.profile.name == Profile::Development,
            LoadLabUse::Never => false,
        }
    }
}

#[cfg(test)]
mod tests;
