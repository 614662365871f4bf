//! Settings: `config/default.toml`, overridden by `SLUICE_SECTION__KEY` in the environment.
//!
//! Read once at start and passed down. A wrong value, or an unknown section or key, keeps the
//! process from starting and is named in the error.

mod sections;

pub use sections::{
    AdmissionSettings, CredentialSettings, DatabaseSettings, KafkaMode, KafkaSettings,
    LimitSettings, LineSettings, LogFormat, OrderSettings, PaymentSettings, RedisSettings,
    RelaySettings, StorefrontSettings, TelemetrySettings, WorkerSettings,
};

use config::{Config, Environment, File, FileFormat};
use serde::Deserialize;
use std::collections::HashMap;

const DEFAULTS: &str = include_str!("../../../config/default.toml");
const PREFIX: &str = "SLUICE_";

/// Every setting of the services.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Redis, which holds the line.
    pub redis: RedisSettings,
    /// Postgres, which holds the truth.
    pub database: DatabaseSettings,
    /// Kafka, the log between the services.
    pub kafka: KafkaSettings,
    /// Keys of what we sign and verify.
    pub credentials: CredentialSettings,
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
            .try_parsing(true)
            .source(Some(vars));
        let config = Config::builder()
            .add_source(File::from_str(DEFAULTS, FileFormat::Toml))
            .add_source(environment)
            .build()?;
        Ok(config.try_deserialize()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &str, value: &str) -> Result<Settings, SettingsError> {
        let keys = format!("1:{}", "ab".repeat(32));
        let required = [
            ("SLUICE_CREDENTIALS__TICKET_KEYS", keys.as_str()),
            ("SLUICE_CREDENTIALS__SESSION_KEYS", keys.as_str()),
            ("SLUICE_CREDENTIALS__COMMAND_KEYS", keys.as_str()),
            (name, value),
        ];
        Settings::from_vars(required.map(|(name, value)| (name.to_owned(), value.to_owned())))
    }

    #[test]
    fn the_environment_wins_over_the_defaults() {
        let settings = with("SLUICE_ORDERS__BATCH", "7").unwrap();
        assert_eq!(settings.orders.batch.get(), 7);
    }

    #[test]
    fn the_embedded_broker_has_the_partitions_that_it_began_with() {
        let limit = |name, value| with(name, value).unwrap().kafka.partition_limit();
        assert_eq!(limit("SLUICE_KAFKA__MODE", "embedded"), 16);
        assert_eq!(limit("SLUICE_KAFKA__MODE", "kafka"), 2000);
        assert_eq!(limit("SLUICE_KAFKA__MAX_PARTITIONS", "40"), 40);
        assert_eq!(limit("SLUICE_KAFKA__MAX_PARTITIONS", "4"), 16, "they are there");
    }

    #[test]
    fn lists_are_separated_by_commas() {
        let settings = with("SLUICE_ADMISSION__ALLOWED_ORIGINS", "http://a,http://b").unwrap();
        assert_eq!(settings.admission.allowed_origins, ["http://a", "http://b"]);
    }

    #[test]
    fn zero_unknown_and_missing_are_refused_by_name() {
        let error = with("SLUICE_ORDERS__BATCH", "0").unwrap_err().to_string();
        assert!(error.contains("batch"), "{error}");
        let error = with("SLUICE_ORDERS__BACTH", "7").unwrap_err().to_string();
        assert!(error.contains("bacth"), "{error}");
        let error = Settings::from_vars([]).unwrap_err().to_string();
        assert!(error.contains("ticket_keys"), "{error}");
    }

    #[test]
    fn secrets_are_not_printed() {
        let settings = with("SLUICE_PAYMENTS__API_KEY", "very-secret").unwrap();
        assert!(!format!("{settings:?}").contains("very-secret"));
        assert!(!format!("{settings:?}").contains("abab"));
    }
}
