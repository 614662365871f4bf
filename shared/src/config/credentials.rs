//! `[credentials]`: keys of what we sign and verify. A service has those that it needs and no others,
//! so that whoever gets into one cannot speak for another.

use crate::credentials::Keyring;
use secrecy::SecretString;
use serde::Deserialize;

/// `[credentials]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialSettings {
    /// Keys of tickets, `id:hex[,id:hex]`; of admission.
    pub ticket_keys: Option<SecretString>,
    /// Keys of sessions, written likewise; of the storefront and admission.
    pub session_keys: Option<SecretString>,
    /// Keys of order commands, written likewise; of the worker.
    pub command_keys: Option<SecretString>,
    /// Keys of room events in the log, written likewise; of the worker.
    pub log_keys: Option<SecretString>,
}

/// Why a service cannot start with the keys that it was given.
#[derive(Debug, thiserror::Error)]
#[error("{name} cannot be used: {reason}")]
pub struct KeysError {
    name: &'static str,
    reason: String,
}

impl CredentialSettings {
    /// Reads the keys of tickets.
    ///
    /// # Errors
    ///
    /// Returns [`KeysError`] when they are missing or malformed.
    pub fn tickets(&self) -> Result<Keyring, KeysError> {
        read("credentials.ticket_keys", self.ticket_keys.as_ref())
    }

    /// Reads the keys of sessions.
    ///
    /// # Errors
    ///
    /// Returns [`KeysError`] when they are missing or malformed.
    pub fn sessions(&self) -> Result<Keyring, KeysError> {
        read("credentials.session_keys", self.session_keys.as_ref())
    }

    /// Reads the keys of order commands.
    ///
    /// # Errors
    ///
    /// Returns [`KeysError`] when they are missing or malformed.
    pub fn commands(&self) -> Result<Keyring, KeysError> {
        read("credentials.command_keys", self.command_keys.as_ref())
    }

    /// Reads the keys of room events in the log.
    ///
    /// # Errors
    ///
    /// Returns [`KeysError`] when they are missing or malformed.
    pub fn log(&self) -> Result<Keyring, KeysError> {
        read("credentials.log_keys", self.log_keys.as_ref())
    }
}

fn read(name: &'static str, keys: Option<&SecretString>) -> Result<Keyring, KeysError> {
    read_as(name, keys, Keyring::parse)
}

/// Reads keys that a service needs.
pub(super) fn read_as<K>(
    name: &'static str,
    keys: Option<&SecretString>,
    parse: impl FnOnce(&SecretString) -> Result<K, String>,
) -> Result<K, KeysError> {
    let missing = || KeysError { name, reason: "this service needs them".to_owned() };
    parse(keys.ok_or_else(missing)?).map_err(|reason| KeysError { name, reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn none() -> CredentialSettings {
        CredentialSettings {
            ticket_keys: None,
            session_keys: None,
            command_keys: None,
            log_keys: None,
        }
    }

    #[test]
    fn keys_that_a_service_needs_are_missed_by_name() {
        let missing = none();
        for (error, name) in [
            (missing.tickets().unwrap_err(), "ticket_keys"),
            (missing.sessions().unwrap_err(), "session_keys"),
            (missing.commands().unwrap_err(), "command_keys"),
            (missing.log().unwrap_err(), "log_keys"),
        ] {
            assert!(error.to_string().contains(name), "{error}");
        }
    }

    #[test]
    fn malformed_keys_are_named_and_not_repeated() {
        let settings = CredentialSettings { log_keys: Some("1:abcd".into()), ..none() };
        let error = settings.log().unwrap_err().to_string();
        assert!(error.contains("log_keys") && !error.contains("abcd"), "{error}");
    }
}
